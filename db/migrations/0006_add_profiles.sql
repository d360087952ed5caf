-- Profiles apart from versions, so that lists of versions stay small; relations of columns beside them.

CREATE TABLE "version_profiles" (
  "project_id" uuid NOT NULL,
  "version_id" uuid PRIMARY KEY NOT NULL,
  "profile" jsonb NOT NULL,
  "relations" jsonb,
  "relations_state" text DEFAULT 'queued' NOT NULL,
  "relations_reason" text,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "version_profiles_project_key" UNIQUE("project_id","version_id")
);

ALTER TABLE "version_profiles" ADD CONSTRAINT "version_profiles_version_fk" FOREIGN KEY ("project_id","version_id") REFERENCES "dataset_versions"("project_id","id") ON DELETE cascade;

-- Profiles in the older form lack what is shown now: they are made again by hand.
UPDATE "dataset_versions" SET "profile_state" = 'failed', "profile_reason" = 'This profile was made by an earlier version of the product. Make it again.' WHERE "profile" IS NOT NULL;
ALTER TABLE "dataset_versions" DROP COLUMN "profile";
