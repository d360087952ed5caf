-- pg-boss delivers jobs; until now its messages only woke workers, which claimed jobs of their own.
-- The first worker that starts sends the open jobs and the schedules to pg-boss (jobs/runtime/adopt-jobs.ts).

-- A worker of the code before this one would claim the same jobs. One that was killed is waited for until its heartbeat is old.
DO $$
DECLARE
  began timestamptz := clock_timestamp();
  worker record;
BEGIN
  LOOP
    SELECT host, pid, heartbeat_at INTO worker FROM processes
    WHERE kind = 'worker' AND heartbeat_at > clock_timestamp() - interval '15 seconds'
    ORDER BY heartbeat_at DESC LIMIT 1;
    EXIT WHEN NOT FOUND;
    IF worker.heartbeat_at > began THEN
      RAISE EXCEPTION 'A worker of an older version still runs (host %, process %). Stop it, then start again.', worker.host, worker.pid;
    END IF;
    PERFORM pg_sleep(0.5);
  END LOOP;
END $$;

ALTER TABLE jobs ADD COLUMN dead_lettered_at timestamptz(3);
CREATE INDEX jobs_project_ended_idx ON jobs (project_id, ended_at);
CREATE INDEX jobs_dead_letter_idx ON jobs (project_id, dead_lettered_at) WHERE dead_lettered_at IS NOT NULL;
-- pg-boss's heartbeat decides whether an attempt lives.
ALTER TABLE attempts DROP COLUMN lease_until;

-- The messages that only woke workers.
DO $$
BEGIN
  IF to_regclass('pgboss.job') IS NOT NULL THEN
    DELETE FROM pgboss.job WHERE name IN ('interactive', 'compute', 'maintenance', 'dead-letter');
  END IF;
END $$;

UPDATE instance SET min_code = 2;
