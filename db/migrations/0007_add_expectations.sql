-- What a dataset promises, versioned; what came out when a version was checked; who let a failing version through, and why.

CREATE TABLE "expectation_suites" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "dataset_id" uuid NOT NULL,
  "number" integer NOT NULL,
  "body" jsonb NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "expectation_suites_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "expectation_suites_number_key" UNIQUE("project_id","dataset_id","number")
);

CREATE TABLE "dataset_validations" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "version_id" uuid NOT NULL,
  "suite_id" uuid NOT NULL,
  "state" text NOT NULL,
  "reason" text,
  "verdict" text,
  "body" jsonb,
  "job_id" uuid,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "ended_at" timestamp (3) with time zone,
  CONSTRAINT "dataset_validations_project_key" UNIQUE("project_id","id")
);

CREATE TABLE "validation_overrides" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "validation_id" uuid NOT NULL,
  "version_id" uuid NOT NULL,
  "expectations" jsonb NOT NULL,
  "reason" text NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "validation_overrides_project_key" UNIQUE("project_id","id")
);

ALTER TABLE "expectation_suites" ADD CONSTRAINT "expectation_suites_dataset_fk" FOREIGN KEY ("project_id","dataset_id") REFERENCES "datasets"("project_id","id") ON DELETE cascade;
ALTER TABLE "dataset_validations" ADD CONSTRAINT "dataset_validations_version_fk" FOREIGN KEY ("project_id","version_id") REFERENCES "dataset_versions"("project_id","id") ON DELETE cascade;
ALTER TABLE "dataset_validations" ADD CONSTRAINT "dataset_validations_suite_fk" FOREIGN KEY ("project_id","suite_id") REFERENCES "expectation_suites"("project_id","id") ON DELETE cascade;
ALTER TABLE "validation_overrides" ADD CONSTRAINT "validation_overrides_validation_fk" FOREIGN KEY ("project_id","validation_id") REFERENCES "dataset_validations"("project_id","id") ON DELETE cascade;
ALTER TABLE "validation_overrides" ADD CONSTRAINT "validation_overrides_version_fk" FOREIGN KEY ("project_id","version_id") REFERENCES "dataset_versions"("project_id","id") ON DELETE cascade;

CREATE INDEX "dataset_validations_version_idx" ON "dataset_validations" ("project_id","version_id","created_at");
CREATE INDEX "validation_overrides_version_idx" ON "validation_overrides" ("project_id","version_id","created_at");
