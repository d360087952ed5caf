-- What a window was computed from, so that a check recomputes only windows whose rows or labels changed; months also keep their mergeable summaries.
ALTER TABLE "monitor_windows" ADD COLUMN "basis" jsonb;

-- The direction of a metric has one spelling.
UPDATE evaluations SET result = jsonb_set(result, '{direction}', to_jsonb(replace(result ->> 'direction', 'imise', 'imize')))
  WHERE result ->> 'direction' LIKE '%imise';
UPDATE monitor_checks SET report = jsonb_set(report, '{metric,direction}', to_jsonb(replace(report #>> '{metric,direction}', 'imise', 'imize')))
  WHERE report #>> '{metric,direction}' LIKE '%imise';
