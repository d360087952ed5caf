-- Bytes that Git LFS and DVC clients pushed. The name they ask by belongs to the project: another project's is unknown.

CREATE TABLE "lfs_objects" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "dataset_name" text NOT NULL,
  "digest" text NOT NULL,
  "bytes" bigint NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "lfs_objects_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "lfs_objects_digest_key" UNIQUE("project_id","dataset_name","digest"),
  CONSTRAINT "lfs_objects_owner_fk" FOREIGN KEY ("project_id","digest") REFERENCES "blob_owners"("project_id","digest") ON DELETE cascade
);
CREATE INDEX "lfs_objects_project_digest_idx" ON "lfs_objects" ("project_id","digest");

CREATE TABLE "dvc_objects" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "layout" text NOT NULL,
  "md5" text NOT NULL,
  "directory" boolean NOT NULL,
  "digest" text NOT NULL,
  "bytes" bigint NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "dvc_objects_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "dvc_objects_name_key" UNIQUE("project_id","layout","md5","directory"),
  CONSTRAINT "dvc_objects_owner_fk" FOREIGN KEY ("project_id","digest") REFERENCES "blob_owners"("project_id","digest") ON DELETE cascade
);
CREATE INDEX "dvc_objects_digest_idx" ON "dvc_objects" ("project_id","digest");
