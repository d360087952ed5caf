-- Where rows come from: stored connections, and what each dataset is refreshed from.

CREATE TABLE "connections" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "name" text NOT NULL,
  "kind" text NOT NULL,
  "address" jsonb NOT NULL,
  "secrets" text NOT NULL,
  "secret_names" jsonb NOT NULL,
  "test_state" text DEFAULT 'none' NOT NULL,
  "test_sentence" text,
  "tested_at" timestamp (3) with time zone,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "connections_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "connections_name_key" UNIQUE("project_id","name")
);

CREATE TABLE "sources" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "dataset_name" text NOT NULL,
  "kind" text NOT NULL,
  "connection_id" uuid,
  "address" jsonb,
  "secrets" text NOT NULL,
  "secret_names" jsonb NOT NULL,
  "reading" jsonb NOT NULL,
  "append" boolean DEFAULT false NOT NULL,
  "options" jsonb NOT NULL,
  "last_ingestion_id" uuid,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "sources_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "sources_dataset_key" UNIQUE("project_id","dataset_name")
);

ALTER TABLE "connections" ADD CONSTRAINT "connections_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE cascade;
ALTER TABLE "sources" ADD CONSTRAINT "sources_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE cascade;
ALTER TABLE "sources" ADD CONSTRAINT "sources_connection_fk" FOREIGN KEY ("project_id","connection_id") REFERENCES "connections"("project_id","id");
ALTER TABLE "sources" ADD CONSTRAINT "sources_last_ingestion_fk" FOREIGN KEY ("project_id","last_ingestion_id") REFERENCES "ingestions"("project_id","id");
