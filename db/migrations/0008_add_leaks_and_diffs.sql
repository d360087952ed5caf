-- What gives a target away in a version, and what differs between two versions: made once, read often.

CREATE TABLE "data_leaks" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "version_id" uuid NOT NULL,
  "target" text NOT NULL,
  "split" text NOT NULL,
  "state" text NOT NULL,
  "reason" text,
  "findings" jsonb,
  "job_id" uuid,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "ended_at" timestamp (3) with time zone,
  CONSTRAINT "data_leaks_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "data_leaks_target_key" UNIQUE("project_id","version_id","target","split"),
  CONSTRAINT "data_leaks_version_fk" FOREIGN KEY ("project_id","version_id") REFERENCES "dataset_versions"("project_id","id") ON DELETE cascade
);

CREATE TABLE "data_diffs" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "before_id" uuid NOT NULL,
  "after_id" uuid NOT NULL,
  "key" text NOT NULL,
  "state" text NOT NULL,
  "reason" text,
  "hint" text,
  "result" jsonb,
  "job_id" uuid,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "ended_at" timestamp (3) with time zone,
  CONSTRAINT "data_diffs_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "data_diffs_pair_key" UNIQUE("project_id","before_id","after_id","key"),
  CONSTRAINT "data_diffs_before_fk" FOREIGN KEY ("project_id","before_id") REFERENCES "dataset_versions"("project_id","id") ON DELETE cascade,
  CONSTRAINT "data_diffs_after_fk" FOREIGN KEY ("project_id","after_id") REFERENCES "dataset_versions"("project_id","id") ON DELETE cascade
);
