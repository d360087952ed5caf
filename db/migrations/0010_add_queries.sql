-- Queries that persons ran over a version, with their answers, for a day.

CREATE TABLE "data_queries" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "version_id" uuid NOT NULL,
  "sql" text NOT NULL,
  "save_as" text,
  "state" text NOT NULL,
  "reason" text,
  "hint" text,
  "at_line" integer,
  "at_column" integer,
  "result" jsonb,
  "row_count" bigint,
  "truncated" boolean,
  "milliseconds" double precision,
  "ingestion_id" uuid,
  "job_id" uuid,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "ended_at" timestamp (3) with time zone,
  CONSTRAINT "data_queries_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "data_queries_version_fk" FOREIGN KEY ("project_id","version_id") REFERENCES "dataset_versions"("project_id","id") ON DELETE cascade,
  CONSTRAINT "data_queries_ingestion_fk" FOREIGN KEY ("project_id","ingestion_id") REFERENCES "ingestions"("project_id","id") ON DELETE cascade
);
CREATE INDEX "data_queries_author_idx" ON "data_queries" ("project_id","created_by","created_at");
CREATE INDEX "data_queries_created_idx" ON "data_queries" ("created_at");
