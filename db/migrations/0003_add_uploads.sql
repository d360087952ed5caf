-- Files on their way in pieces: what was announced, and which pieces are there.

CREATE TABLE "uploads" (
  "project_id" uuid NOT NULL,
  "id" uuid PRIMARY KEY NOT NULL,
  "file_name" text NOT NULL,
  "bytes" bigint NOT NULL,
  "chunk_bytes" integer NOT NULL,
  "digest" text,
  "created_by" text NOT NULL,
  "created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  "touched_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "uploads_project_key" UNIQUE("project_id","id")
);
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;
CREATE INDEX "uploads_touched_idx" ON "uploads" USING btree ("touched_at");

CREATE TABLE "upload_chunks" (
  "project_id" uuid NOT NULL,
  "upload_id" uuid NOT NULL,
  "number" integer NOT NULL,
  "digest" text NOT NULL,
  "bytes" bigint NOT NULL,
  CONSTRAINT "upload_chunks_project_id_upload_id_number_pk" PRIMARY KEY("project_id","upload_id","number")
);
ALTER TABLE "upload_chunks" ADD CONSTRAINT "upload_chunks_upload_fk" FOREIGN KEY ("project_id","upload_id") REFERENCES "public"."uploads"("project_id","id") ON DELETE cascade ON UPDATE no action;
