-- Cleaning and feature steps that persons wrote, versioned; fitted in training.

CREATE TABLE "recipes" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "name" text NOT NULL,
  "latest_version" integer DEFAULT 0 NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "recipes_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "recipes_name_key" UNIQUE("project_id","name")
);

CREATE TABLE "recipe_versions" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "recipe_id" uuid NOT NULL,
  "number" integer NOT NULL,
  "body" jsonb NOT NULL,
  "note" text DEFAULT '' NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "recipe_versions_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "recipe_versions_number_key" UNIQUE("project_id","recipe_id","number")
);

ALTER TABLE "recipes" ADD CONSTRAINT "recipes_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE cascade;
ALTER TABLE "recipe_versions" ADD CONSTRAINT "recipe_versions_recipe_fk" FOREIGN KEY ("project_id","recipe_id") REFERENCES "recipes"("project_id","id") ON DELETE cascade;
