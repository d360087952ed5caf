-- A project has a description and can be archived: hidden from lists and read-only. Its endpoints go on or stop ("serving", "stopped").
ALTER TABLE "projects" ADD COLUMN "description" text NOT NULL DEFAULT '';
ALTER TABLE "projects" ADD COLUMN "archived_at" timestamp(3) with time zone;
ALTER TABLE "projects" ADD COLUMN "archived_endpoints" text;

-- A token that a token made is revoked with it; an invitation that a token made names the token.
ALTER TABLE "api_tokens" ADD COLUMN "created_by_token" uuid;
ALTER TABLE "invitations" ADD COLUMN "created_by_token" uuid;
ALTER TABLE "invitations" ALTER COLUMN "created_by" DROP NOT NULL;
