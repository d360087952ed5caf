-- Data from any source: what an ingestion reads, what a version came from, what persons wrote on it.

ALTER TABLE "ingestions" ALTER COLUMN "source_digest" DROP NOT NULL;
ALTER TABLE "ingestions" ADD COLUMN "source" jsonb DEFAULT '{"v":1,"kind":"upload"}'::jsonb NOT NULL;
ALTER TABLE "ingestions" ADD COLUMN "append" boolean DEFAULT false NOT NULL;

ALTER TABLE "dataset_versions" ADD COLUMN "parent_id" uuid;
ALTER TABLE "dataset_versions" ADD COLUMN "note" text DEFAULT '' NOT NULL;
ALTER TABLE "dataset_versions" ADD COLUMN "tags" jsonb DEFAULT '[]'::jsonb NOT NULL;
ALTER TABLE "dataset_versions" ADD COLUMN "breaks" jsonb DEFAULT '[]'::jsonb NOT NULL;
ALTER TABLE "dataset_versions" ADD COLUMN "deleted_at" timestamp (3) with time zone;
ALTER TABLE "dataset_versions" ADD CONSTRAINT "dataset_versions_parent_fk" FOREIGN KEY ("project_id","parent_id") REFERENCES "dataset_versions"("project_id","id");
