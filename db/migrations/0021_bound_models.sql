-- Requests of people to try a model again that was taken out of traffic; serve processes compare it with what they have tried.
ALTER TABLE "endpoints" ADD COLUMN "retries" integer NOT NULL DEFAULT 0;

-- What each serve process knows of the endpoint's models: loaded or not, memory, last use, and why one is out of traffic.
ALTER TABLE "serve_instances" ADD COLUMN "models" jsonb;
