-- A revision names weighted targets instead of one version; statistics and the prediction log name the target that answered.
-- A model has one primary endpoint, which its alias `champion` follows.

CREATE TABLE "endpoint_targets" (
  "project_id" uuid NOT NULL,
  "revision_id" uuid NOT NULL,
  "version_id" uuid NOT NULL,
  "role" text NOT NULL,
  "weight" real NOT NULL,
  CONSTRAINT "endpoint_targets_pk" PRIMARY KEY("project_id","revision_id","role","version_id"),
  CONSTRAINT "endpoint_targets_role_check" CHECK ("role" IN ('champion', 'canary', 'shadow')),
  CONSTRAINT "endpoint_targets_weight_check" CHECK ("weight" >= 0 AND "weight" <= 100)
);

ALTER TABLE "endpoint_targets" ADD CONSTRAINT "endpoint_targets_revision_fk" FOREIGN KEY ("project_id","revision_id") REFERENCES "endpoint_revisions"("project_id","id") ON DELETE cascade;
ALTER TABLE "endpoint_targets" ADD CONSTRAINT "endpoint_targets_version_fk" FOREIGN KEY ("project_id","version_id") REFERENCES "model_versions"("project_id","id");
CREATE UNIQUE INDEX "endpoint_targets_champion_key" ON "endpoint_targets" ("project_id","revision_id") WHERE "role" = 'champion';

INSERT INTO "endpoint_targets" ("project_id", "revision_id", "version_id", "role", "weight")
SELECT "project_id", "id", "version_id", 'champion', 100 FROM "endpoint_revisions";

CREATE TABLE "primary_endpoints" (
  "project_id" uuid NOT NULL,
  "model_id" uuid NOT NULL,
  "endpoint_id" uuid NOT NULL,
  "updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "updated_by" text NOT NULL,
  CONSTRAINT "primary_endpoints_pk" PRIMARY KEY("project_id","model_id")
);

ALTER TABLE "primary_endpoints" ADD CONSTRAINT "primary_endpoints_model_fk" FOREIGN KEY ("project_id","model_id") REFERENCES "models"("project_id","id") ON DELETE cascade;
ALTER TABLE "primary_endpoints" ADD CONSTRAINT "primary_endpoints_endpoint_fk" FOREIGN KEY ("project_id","endpoint_id") REFERENCES "endpoints"("project_id","id") ON DELETE cascade;

-- The endpoint whose version is the champion; else the one promoted last, first among those that serve the model now.
INSERT INTO "primary_endpoints" ("project_id", "model_id", "endpoint_id", "updated_by")
SELECT DISTINCT ON (v."project_id", v."model_id") v."project_id", v."model_id", e."id", 'system:migration'
FROM "endpoint_revisions" r
JOIN "endpoints" e ON e."project_id" = r."project_id" AND e."id" = r."endpoint_id"
JOIN "model_versions" v ON v."project_id" = r."project_id" AND v."id" = r."version_id"
LEFT JOIN "model_aliases" a ON a."project_id" = v."project_id" AND a."model_id" = v."model_id" AND a."alias" = 'champion'
ORDER BY v."project_id", v."model_id",
  (r."number" = e."revision" AND a."version_id" IS NOT DISTINCT FROM r."version_id") DESC,
  (r."number" = e."revision") DESC,
  r."created_at" DESC, r."id" DESC;

-- Statistics of before belong to the version that was in force in their ten seconds.
ALTER TABLE "serving_stats" ADD COLUMN "version_id" uuid;
ALTER TABLE "serving_stats" ADD COLUMN "target_role" text DEFAULT 'champion' NOT NULL;
UPDATE "serving_stats" s SET "version_id" = (
  SELECT r."version_id" FROM "endpoint_revisions" r
  WHERE r."project_id" = s."project_id" AND r."endpoint_id" = s."endpoint_id"
  ORDER BY (r."created_at" <= s."at") DESC,
    CASE WHEN r."created_at" <= s."at" THEN -r."number" ELSE r."number" END
  LIMIT 1);
DELETE FROM "serving_stats" WHERE "version_id" IS NULL;
ALTER TABLE "serving_stats" ALTER COLUMN "version_id" SET NOT NULL;
ALTER TABLE "serving_stats" DROP CONSTRAINT "serving_stats_endpoint_id_at_process_id_pk";
ALTER TABLE "serving_stats" ADD CONSTRAINT "serving_stats_pk" PRIMARY KEY("endpoint_id","at","process_id","version_id","target_role");

ALTER TABLE "prediction_log" ADD COLUMN "target_role" text DEFAULT 'champion' NOT NULL;

ALTER TABLE "endpoint_revisions" DROP COLUMN "version_id";

-- Older processes read `version_id`: they must not start any more.
UPDATE "instance" SET "min_code" = 2;
