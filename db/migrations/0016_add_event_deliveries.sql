-- Events that a consumer has yet to handle; a row goes when its consumer has handled it.

CREATE TABLE "event_deliveries" (
  "project_id" uuid NOT NULL,
  "consumer" text NOT NULL,
  "seq" bigint NOT NULL,
  "xid" xid8 NOT NULL,
  "subject_kind" text NOT NULL,
  "subject_id" text NOT NULL,
  "event" jsonb NOT NULL,
  "state" text DEFAULT 'pending' NOT NULL,
  "job_id" uuid,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "event_deliveries_pkey" PRIMARY KEY("consumer","seq")
);

ALTER TABLE "event_deliveries" ADD CONSTRAINT "event_deliveries_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE cascade;
CREATE INDEX "event_deliveries_subject_idx" ON "event_deliveries" ("consumer","subject_kind","subject_id","xid","seq");
CREATE INDEX "event_deliveries_job_idx" ON "event_deliveries" ("project_id","job_id");
