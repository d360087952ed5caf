-- How an endpoint reads rows: `lenient` answers odd cells and reports them, `strict` refuses the request. Endpoints of before stay strict, new ones are lenient.
ALTER TABLE "endpoints" ADD COLUMN "policy" text NOT NULL DEFAULT 'strict';
ALTER TABLE "endpoints" ALTER COLUMN "policy" SET DEFAULT 'lenient';
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_policy_check" CHECK ("policy" IN ('strict', 'lenient'));

-- Requests refused for their cells, those of them that the lenient policy would have answered, rows answered with null, and odd cells by column and code.
ALTER TABLE "serving_stats" ADD COLUMN "refused" integer NOT NULL DEFAULT 0;
ALTER TABLE "serving_stats" ADD COLUMN "answerable" integer NOT NULL DEFAULT 0;
ALTER TABLE "serving_stats" ADD COLUMN "failed_rows" integer NOT NULL DEFAULT 0;
ALTER TABLE "serving_stats" ADD COLUMN "repairs" jsonb;

-- Cells of the row that were unlike training: the code by column; null for a clean row.
ALTER TABLE "prediction_log" ADD COLUMN "repairs" jsonb;
