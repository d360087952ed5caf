-- The ground: identity, the kernel's mechanisms, and the tables of every domain.
-- Drafted by drizzle-kit from db/schema, partitioning written by hand.

CREATE TABLE "api_tokens" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "name" text NOT NULL,
  "token_hash" text NOT NULL,
  "prefix" text NOT NULL,
  "role" text NOT NULL,
  "created_by" uuid,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "expires_at" timestamp (3) with time zone,
  "last_used_at" timestamp (3) with time zone,
  "revoked_at" timestamp (3) with time zone,
  CONSTRAINT "api_tokens_token_hash_unique" UNIQUE("token_hash"),
  CONSTRAINT "api_tokens_project_key" UNIQUE("project_id","id")
);

CREATE TABLE "audit_log" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
  "at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "project_id" uuid,
  "actor_kind" text NOT NULL,
  "actor_id" text NOT NULL,
  "action" text NOT NULL,
  "subject_kind" text NOT NULL,
  "subject_id" text NOT NULL,
  "outcome" text NOT NULL,
  "reason" text,
  "details" jsonb DEFAULT '{}'::jsonb NOT NULL,
  "request_id" text
);

CREATE TABLE "invitations" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "token_hash" text NOT NULL,
  "email" text,
  "role" text NOT NULL,
  "created_by" uuid NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "expires_at" timestamp (3) with time zone NOT NULL,
  "accepted_at" timestamp (3) with time zone,
  "accepted_by" uuid,
  "revoked_at" timestamp (3) with time zone,
  CONSTRAINT "invitations_token_hash_unique" UNIQUE("token_hash"),
  CONSTRAINT "invitations_project_key" UNIQUE("project_id","id")
);

CREATE TABLE "login_throttles" (
  "key" text PRIMARY KEY NOT NULL,
  "failures" integer DEFAULT 0 NOT NULL,
  "blocked_until" timestamp (3) with time zone,
  "updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "members" (
  "project_id" uuid NOT NULL,
  "user_id" uuid NOT NULL,
  "role" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "members_project_id_user_id_pk" PRIMARY KEY("project_id","user_id")
);

CREATE TABLE "projects" (
  "id" uuid PRIMARY KEY NOT NULL,
  "slug" text NOT NULL,
  "name" text NOT NULL,
  "zone" text DEFAULT 'UTC' NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "created_by" uuid,
  CONSTRAINT "projects_slug_unique" UNIQUE("slug")
);

CREATE TABLE "sessions" (
  "id_hash" text PRIMARY KEY NOT NULL,
  "user_id" uuid NOT NULL,
  "user_agent" text,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "expires_at" timestamp (3) with time zone NOT NULL,
  "last_seen_at" timestamp (3) with time zone,
  "revoked_at" timestamp (3) with time zone
);

CREATE TABLE "sign_in_links" (
  "token_hash" text PRIMARY KEY NOT NULL,
  "purpose" text NOT NULL,
  "user_id" uuid,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "expires_at" timestamp (3) with time zone NOT NULL,
  "used_at" timestamp (3) with time zone
);

CREATE TABLE "users" (
  "id" uuid PRIMARY KEY NOT NULL,
  "email" text NOT NULL,
  "name" text NOT NULL,
  "password_hash" text,
  "is_admin" boolean DEFAULT false NOT NULL,
  "disabled_at" timestamp (3) with time zone,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "dataset_versions" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "dataset_id" uuid NOT NULL,
  "number" integer NOT NULL,
  "digest" text NOT NULL,
  "source_digest" text NOT NULL,
  "bytes" bigint NOT NULL,
  "rows" bigint NOT NULL,
  "column_count" integer NOT NULL,
  "schema" jsonb NOT NULL,
  "source" jsonb NOT NULL,
  "warnings" jsonb NOT NULL,
  "profile" jsonb,
  "profile_state" text DEFAULT 'queued' NOT NULL,
  "profile_reason" text,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "dataset_versions_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "dataset_versions_number_key" UNIQUE("project_id","dataset_id","number")
);

CREATE TABLE "datasets" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "name" text NOT NULL,
  "description" text DEFAULT '' NOT NULL,
  "latest_version" integer DEFAULT 0 NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "datasets_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "datasets_name_key" UNIQUE("project_id","name")
);

CREATE TABLE "ingestions" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "dataset_name" text NOT NULL,
  "file_name" text NOT NULL,
  "source_digest" text NOT NULL,
  "options" jsonb NOT NULL,
  "state" text NOT NULL,
  "reason" text,
  "hint" text,
  "created" boolean,
  "version_id" uuid,
  "job_id" uuid,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "ended_at" timestamp (3) with time zone,
  CONSTRAINT "ingestions_project_key" UNIQUE("project_id","id")
);

CREATE TABLE "evaluations" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "run_id" uuid NOT NULL,
  "model_digest" text NOT NULL,
  "dataset_version_id" uuid NOT NULL,
  "state" text NOT NULL,
  "reason" text,
  "job_id" uuid,
  "result" jsonb,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "ended_at" timestamp (3) with time zone,
  CONSTRAINT "evaluations_project_key" UNIQUE("project_id","id")
);

CREATE TABLE "attempts" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "job_id" uuid NOT NULL,
  "number" integer NOT NULL,
  "worker_id" uuid NOT NULL,
  "state" text NOT NULL,
  "reason_code" text,
  "reason" text,
  "lease_until" timestamp (3) with time zone NOT NULL,
  "started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "ended_at" timestamp (3) with time zone,
  "child_pid" integer,
  "peak_memory_bytes" bigint,
  CONSTRAINT "attempts_number_key" UNIQUE("job_id","number"),
  CONSTRAINT "attempts_project_key" UNIQUE("project_id","id")
);

CREATE TABLE "blob_owners" (
  "project_id" uuid NOT NULL,
  "digest" text NOT NULL,
  "bytes" bigint NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "blob_owners_project_id_digest_pk" PRIMARY KEY("project_id","digest")
);

CREATE TABLE "blobs" (
  "digest" text PRIMARY KEY NOT NULL,
  "bytes" bigint NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "tombstoned_at" timestamp (3) with time zone
);

CREATE TABLE "event_cursors" (
  "reader" text PRIMARY KEY NOT NULL,
  "xid" "xid8" NOT NULL,
  "seq" bigint NOT NULL,
  "updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "events" (
  "seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "events_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
  "xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
  "at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "project_id" uuid NOT NULL,
  "type" text NOT NULL,
  "subject_kind" text NOT NULL,
  "subject_id" text NOT NULL,
  "actor_kind" text NOT NULL,
  "actor_id" text NOT NULL,
  "reason" text,
  "payload" jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT "events_at_seq_pk" PRIMARY KEY("at","seq")
) PARTITION BY RANGE (at);

CREATE TABLE "instance" (
  "id" integer PRIMARY KEY NOT NULL,
  "key_check" text NOT NULL,
  "blob_store_id" text NOT NULL,
  "min_code" integer NOT NULL,
  "sample_state" text,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "jobs" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "name" text NOT NULL,
  "lane" text NOT NULL,
  "title" text NOT NULL,
  "subject_kind" text NOT NULL,
  "subject_id" uuid NOT NULL,
  "payload" jsonb NOT NULL,
  "state" text DEFAULT 'queued' NOT NULL,
  "reason_code" text,
  "reason" text,
  "progress" jsonb,
  "attempts_made" integer DEFAULT 0 NOT NULL,
  "attempts_allowed" integer NOT NULL,
  "cancel_requested_at" timestamp (3) with time zone,
  "run_after" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "started_at" timestamp (3) with time zone,
  "ended_at" timestamp (3) with time zone,
  CONSTRAINT "jobs_project_key" UNIQUE("project_id","id")
);

CREATE TABLE "links" (
  "project_id" uuid NOT NULL,
  "from_kind" text NOT NULL,
  "from_id" text NOT NULL,
  "relation" text NOT NULL,
  "to_kind" text NOT NULL,
  "to_id" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "links_project_id_from_kind_from_id_relation_to_kind_to_id_pk" PRIMARY KEY("project_id","from_kind","from_id","relation","to_kind","to_id")
);

CREATE TABLE "processes" (
  "id" uuid PRIMARY KEY NOT NULL,
  "kind" text NOT NULL,
  "host" text NOT NULL,
  "pid" integer NOT NULL,
  "version" text NOT NULL,
  "backend" text,
  "cores" integer NOT NULL,
  "started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "heartbeat_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);

CREATE TABLE "schedules" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "name" text NOT NULL,
  "cron" text NOT NULL,
  "zone" text NOT NULL,
  "job" text NOT NULL,
  "subject_kind" text NOT NULL,
  "subject_id" uuid NOT NULL,
  "payload" jsonb NOT NULL,
  "enabled" boolean DEFAULT true NOT NULL,
  "next_at" timestamp (3) with time zone,
  "last_at" timestamp (3) with time zone,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "schedules_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "schedules_name_key" UNIQUE("project_id","name")
);

CREATE TABLE "monitor_checks" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "endpoint_id" uuid NOT NULL,
  "version_id" uuid,
  "state" text NOT NULL,
  "verdict" text,
  "sentence" text,
  "reason" text,
  "report" jsonb,
  "job_id" uuid,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "ended_at" timestamp (3) with time zone,
  CONSTRAINT "monitor_checks_project_key" UNIQUE("project_id","id")
);

CREATE TABLE "monitor_windows" (
  "project_id" uuid NOT NULL,
  "endpoint_id" uuid NOT NULL,
  "grain" text NOT NULL,
  "window" text NOT NULL,
  "rows" bigint NOT NULL,
  "labelled" bigint NOT NULL,
  "columns" jsonb NOT NULL,
  "performance" jsonb NOT NULL,
  "computed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "monitor_windows_project_id_endpoint_id_grain_window_pk" PRIMARY KEY("project_id","endpoint_id","grain","window")
);

CREATE TABLE "model_aliases" (
  "project_id" uuid NOT NULL,
  "model_id" uuid NOT NULL,
  "alias" text NOT NULL,
  "version_id" uuid NOT NULL,
  "updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "updated_by" text NOT NULL,
  CONSTRAINT "model_aliases_project_id_model_id_alias_pk" PRIMARY KEY("project_id","model_id","alias")
);

CREATE TABLE "model_versions" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "model_id" uuid NOT NULL,
  "number" integer NOT NULL,
  "run_id" uuid,
  "digest" text NOT NULL,
  "servable" jsonb NOT NULL,
  "signature" jsonb NOT NULL,
  "metrics" jsonb NOT NULL,
  "note" text DEFAULT '' NOT NULL,
  "state" text DEFAULT 'ready' NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "model_versions_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "model_versions_number_key" UNIQUE("project_id","model_id","number")
);

CREATE TABLE "models" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "name" text NOT NULL,
  "description" text DEFAULT '' NOT NULL,
  "latest_version" integer DEFAULT 0 NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "models_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "models_name_key" UNIQUE("project_id","name")
);

CREATE TABLE "endpoint_revisions" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "endpoint_id" uuid NOT NULL,
  "number" integer NOT NULL,
  "action" text NOT NULL,
  "version_id" uuid NOT NULL,
  "previous_version_id" uuid,
  "reason" text DEFAULT '' NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "switched_in_ms" integer,
  CONSTRAINT "endpoint_revisions_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "endpoint_revisions_number_key" UNIQUE("project_id","endpoint_id","number")
);

CREATE TABLE "endpoints" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "name" text NOT NULL,
  "model_id" uuid NOT NULL,
  "time_column" text,
  "revision" integer DEFAULT 0 NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "endpoints_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "endpoints_name_key" UNIQUE("project_id","name")
);

CREATE TABLE "feedback" (
  "project_id" uuid NOT NULL,
  "endpoint_id" uuid NOT NULL,
  "key" text NOT NULL,
  "prediction_id" uuid,
  "event_time" timestamp (3) with time zone,
  "actual" jsonb NOT NULL,
  "actual_time" timestamp (3) with time zone,
  "received_at" timestamp (3) with time zone NOT NULL,
  CONSTRAINT "feedback_endpoint_id_key_pk" PRIMARY KEY("endpoint_id","key")
);

CREATE TABLE "prediction_log" (
  "received_at" timestamp (3) with time zone NOT NULL,
  "id" uuid NOT NULL,
  "project_id" uuid NOT NULL,
  "endpoint_id" uuid NOT NULL,
  "version_id" uuid NOT NULL,
  "request_id" text NOT NULL,
  "caller_id" text,
  "event_time" timestamp (3) with time zone NOT NULL,
  "features" jsonb NOT NULL,
  "prediction" jsonb NOT NULL,
  "probabilities" jsonb,
  "latency_ms" real NOT NULL,
  CONSTRAINT "prediction_log_received_at_id_pk" PRIMARY KEY("received_at","id")
) PARTITION BY RANGE (received_at);

CREATE TABLE "serve_instances" (
  "process_id" uuid NOT NULL,
  "project_id" uuid NOT NULL,
  "endpoint_id" uuid NOT NULL,
  "observed_revision" integer NOT NULL,
  "error" text,
  "heartbeat_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "serve_instances_process_id_endpoint_id_pk" PRIMARY KEY("process_id","endpoint_id")
);

CREATE TABLE "serving_stats" (
  "project_id" uuid NOT NULL,
  "endpoint_id" uuid NOT NULL,
  "process_id" uuid NOT NULL,
  "at" timestamp (3) with time zone NOT NULL,
  "requests" integer NOT NULL,
  "rows" integer NOT NULL,
  "errors" integer NOT NULL,
  "latency" jsonb NOT NULL,
  CONSTRAINT "serving_stats_endpoint_id_at_process_id_pk" PRIMARY KEY("endpoint_id","at","process_id")
);

CREATE TABLE "experiments" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "number" integer NOT NULL,
  "name" text NOT NULL,
  "dataset_version_id" uuid,
  "target" text,
  "task" text,
  "metric" text,
  "settings" jsonb NOT NULL,
  "latest_run" integer DEFAULT 0 NOT NULL,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "experiments_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "experiments_number_key" UNIQUE("project_id","number"),
  CONSTRAINT "experiments_name_key" UNIQUE("project_id","name")
);

CREATE TABLE "log_chunks" (
  "at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "id" uuid NOT NULL,
  "project_id" uuid NOT NULL,
  "job_id" uuid NOT NULL,
  "attempt" integer NOT NULL,
  "lines" jsonb NOT NULL,
  CONSTRAINT "log_chunks_at_id_pk" PRIMARY KEY("at","id")
) PARTITION BY RANGE (at);

CREATE TABLE "metric_points" (
  "series_id" bigint NOT NULL,
  "step" bigint NOT NULL,
  "time" bigint NOT NULL,
  "value" double precision NOT NULL,
  CONSTRAINT "metric_points_series_id_step_time_value_pk" PRIMARY KEY("series_id","step","time","value")
) PARTITION BY HASH (series_id);

CREATE TABLE "metric_series" (
  "id" bigserial PRIMARY KEY NOT NULL,
  "project_id" uuid NOT NULL,
  "run_id" uuid NOT NULL,
  "key" text NOT NULL,
  "last" double precision NOT NULL,
  "last_step" bigint NOT NULL,
  "min" double precision NOT NULL,
  "max" double precision NOT NULL,
  "min_step" bigint NOT NULL,
  "max_step" bigint NOT NULL,
  "count" bigint NOT NULL,
  CONSTRAINT "metric_series_key" UNIQUE("project_id","run_id","key")
);

CREATE TABLE "runs" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "experiment_id" uuid NOT NULL,
  "number" integer NOT NULL,
  "name" text NOT NULL,
  "trainer" text NOT NULL,
  "params" jsonb NOT NULL,
  "seed" bigint NOT NULL,
  "state" text NOT NULL,
  "reason_code" text,
  "reason" text,
  "job_id" uuid,
  "model_digest" text,
  "model_bytes" bigint,
  "environment" jsonb,
  "metrics" jsonb DEFAULT '{}'::jsonb NOT NULL,
  "result" jsonb,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "started_at" timestamp (3) with time zone,
  "ended_at" timestamp (3) with time zone,
  CONSTRAINT "runs_project_key" UNIQUE("project_id","id"),
  CONSTRAINT "runs_number_key" UNIQUE("project_id","experiment_id","number")
);

ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "members" ADD CONSTRAINT "members_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "members" ADD CONSTRAINT "members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "sign_in_links" ADD CONSTRAINT "sign_in_links_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "dataset_versions" ADD CONSTRAINT "dataset_versions_dataset_fk" FOREIGN KEY ("project_id","dataset_id") REFERENCES "public"."datasets"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "datasets" ADD CONSTRAINT "datasets_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "ingestions" ADD CONSTRAINT "ingestions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_run_fk" FOREIGN KEY ("project_id","run_id") REFERENCES "public"."runs"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_version_fk" FOREIGN KEY ("project_id","dataset_version_id") REFERENCES "public"."dataset_versions"("project_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_job_fk" FOREIGN KEY ("project_id","job_id") REFERENCES "public"."jobs"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "blob_owners" ADD CONSTRAINT "blob_owners_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "blob_owners" ADD CONSTRAINT "blob_owners_digest_blobs_digest_fk" FOREIGN KEY ("digest") REFERENCES "public"."blobs"("digest") ON DELETE no action ON UPDATE no action;
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "links" ADD CONSTRAINT "links_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "monitor_checks" ADD CONSTRAINT "monitor_checks_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "monitor_checks" ADD CONSTRAINT "monitor_checks_endpoint_fk" FOREIGN KEY ("project_id","endpoint_id") REFERENCES "public"."endpoints"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "monitor_windows" ADD CONSTRAINT "monitor_windows_endpoint_fk" FOREIGN KEY ("project_id","endpoint_id") REFERENCES "public"."endpoints"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "model_aliases" ADD CONSTRAINT "model_aliases_model_fk" FOREIGN KEY ("project_id","model_id") REFERENCES "public"."models"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "model_aliases" ADD CONSTRAINT "model_aliases_version_fk" FOREIGN KEY ("project_id","version_id") REFERENCES "public"."model_versions"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_model_fk" FOREIGN KEY ("project_id","model_id") REFERENCES "public"."models"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_run_fk" FOREIGN KEY ("project_id","run_id") REFERENCES "public"."runs"("project_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "models" ADD CONSTRAINT "models_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "endpoint_revisions" ADD CONSTRAINT "endpoint_revisions_endpoint_fk" FOREIGN KEY ("project_id","endpoint_id") REFERENCES "public"."endpoints"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "endpoint_revisions" ADD CONSTRAINT "endpoint_revisions_version_fk" FOREIGN KEY ("project_id","version_id") REFERENCES "public"."model_versions"("project_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_model_fk" FOREIGN KEY ("project_id","model_id") REFERENCES "public"."models"("project_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "feedback" ADD CONSTRAINT "feedback_endpoint_fk" FOREIGN KEY ("project_id","endpoint_id") REFERENCES "public"."endpoints"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "serve_instances" ADD CONSTRAINT "serve_instances_endpoint_fk" FOREIGN KEY ("project_id","endpoint_id") REFERENCES "public"."endpoints"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "serving_stats" ADD CONSTRAINT "serving_stats_endpoint_fk" FOREIGN KEY ("project_id","endpoint_id") REFERENCES "public"."endpoints"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "experiments" ADD CONSTRAINT "experiments_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "experiments" ADD CONSTRAINT "experiments_version_fk" FOREIGN KEY ("project_id","dataset_version_id") REFERENCES "public"."dataset_versions"("project_id","id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "metric_series" ADD CONSTRAINT "metric_series_run_fk" FOREIGN KEY ("project_id","run_id") REFERENCES "public"."runs"("project_id","id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "runs" ADD CONSTRAINT "runs_experiment_fk" FOREIGN KEY ("project_id","experiment_id") REFERENCES "public"."experiments"("project_id","id") ON DELETE cascade ON UPDATE no action;
CREATE INDEX "audit_log_project_idx" ON "audit_log" USING btree ("project_id","id");
CREATE INDEX "members_user_idx" ON "members" USING btree ("user_id");
CREATE INDEX "sessions_user_idx" ON "sessions" USING btree ("user_id");
CREATE UNIQUE INDEX "users_email_key" ON "users" USING btree (lower("email"));
CREATE INDEX "dataset_versions_source_idx" ON "dataset_versions" USING btree ("project_id","dataset_id","source_digest");
CREATE INDEX "evaluations_digest_idx" ON "evaluations" USING btree ("project_id","model_digest");
CREATE INDEX "attempts_lease_idx" ON "attempts" USING btree ("lease_until") WHERE state = 'running';
CREATE INDEX "events_order_idx" ON "events" USING btree ("xid","seq");
CREATE INDEX "events_project_idx" ON "events" USING btree ("project_id","seq");
CREATE INDEX "jobs_state_idx" ON "jobs" USING btree ("state","lane","run_after");
CREATE INDEX "jobs_subject_idx" ON "jobs" USING btree ("subject_kind","subject_id");
CREATE INDEX "jobs_project_created_idx" ON "jobs" USING btree ("project_id","created_at");
CREATE INDEX "links_to_idx" ON "links" USING btree ("project_id","to_kind","to_id");
CREATE INDEX "monitor_checks_endpoint_idx" ON "monitor_checks" USING btree ("project_id","endpoint_id","created_at");
CREATE INDEX "feedback_window_idx" ON "feedback" USING btree ("endpoint_id","event_time");
CREATE INDEX "feedback_prediction_idx" ON "feedback" USING btree ("prediction_id");
CREATE INDEX "prediction_log_window_idx" ON "prediction_log" USING btree ("project_id","endpoint_id","event_time");
CREATE INDEX "prediction_log_id_idx" ON "prediction_log" USING btree ("id");
CREATE INDEX "prediction_log_caller_idx" ON "prediction_log" USING btree ("endpoint_id","caller_id");
CREATE INDEX "log_chunks_job_idx" ON "log_chunks" USING btree ("job_id","id");
CREATE INDEX "runs_state_idx" ON "runs" USING btree ("project_id","state");

-- Big tables -----------------------------------------------------------------------------------------------------------

DO $$
BEGIN
  FOR i IN 0..15 LOOP
    EXECUTE format('CREATE TABLE metric_points_%s PARTITION OF metric_points FOR VALUES WITH (MODULUS 16, REMAINDER %s)', i, i);
  END LOOP;
END $$;

CREATE TABLE events_default PARTITION OF events DEFAULT;
CREATE TABLE log_chunks_default PARTITION OF log_chunks DEFAULT;
CREATE TABLE prediction_log_default PARTITION OF prediction_log DEFAULT;

-- Makes the daily partitions from today to `ahead` days on; a day whose rows already lie in the default partition is left there.
CREATE FUNCTION ensure_day_partitions(ahead integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  made integer := 0;
  parent text;
  day date;
BEGIN
  FOREACH parent IN ARRAY ARRAY['events', 'log_chunks', 'prediction_log'] LOOP
    FOR i IN 0..ahead LOOP
      day := (now() AT TIME ZONE 'UTC')::date + i;
      IF to_regclass(format('%I', parent || '_' || to_char(day, 'YYYYMMDD'))) IS NULL THEN
        BEGIN
          EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
            parent || '_' || to_char(day, 'YYYYMMDD'), parent, day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
          made := made + 1;
        EXCEPTION WHEN check_violation THEN NULL;
        END;
      END IF;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;

-- Drops the daily partitions of `parent` that ended before `before`.
CREATE FUNCTION drop_day_partitions(parent text, before timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  dropped integer := 0;
  child record;
BEGIN
  FOR child IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = parent::regclass AND c.relname ~ ('^' || parent || '_[0-9]{8}$')
  LOOP
    IF to_date(right(child.relname, 8), 'YYYYMMDD') + 1 <= (before AT TIME ZONE 'UTC')::date THEN
      EXECUTE format('DROP TABLE %I', child.relname);
      dropped := dropped + 1;
    END IF;
  END LOOP;
  RETURN dropped;
END $$;

SELECT ensure_day_partitions(7);

-- The audit log only grows.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_log is append-only';
END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
