-- A check stores the code and the facts of its verdict; "sentence" is the text of checks from before.

ALTER TABLE "monitor_checks" ADD COLUMN "code" text;
ALTER TABLE "monitor_checks" ADD COLUMN "facts" jsonb;
