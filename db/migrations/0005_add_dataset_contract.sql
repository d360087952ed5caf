-- What persons decided about a dataset's columns, and previews of what is not added yet.

ALTER TABLE "datasets" ADD COLUMN "contract" jsonb DEFAULT '{"v":1,"columns":[]}'::jsonb NOT NULL;

CREATE TABLE "source_previews" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "file_name" text NOT NULL,
  "digest" text NOT NULL,
  "state" text NOT NULL,
  "reason" text,
  "hint" text,
  "result" jsonb,
  "job_id" uuid,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "ended_at" timestamp (3) with time zone,
  CONSTRAINT "source_previews_project_key" UNIQUE("project_id","id")
);
ALTER TABLE "source_previews" ADD CONSTRAINT "source_previews_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
