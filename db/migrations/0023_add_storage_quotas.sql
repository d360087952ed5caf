-- Limit of the bytes of a project, set by its owners. A project without a row has the default of the instance.

CREATE TABLE "storage_quotas" (
  "project_id" uuid PRIMARY KEY REFERENCES "projects" ("id") ON DELETE CASCADE,
  "bytes" bigint NOT NULL,
  "updated_by" text NOT NULL,
  "updated_at" timestamp(3) with time zone NOT NULL DEFAULT now()
);
