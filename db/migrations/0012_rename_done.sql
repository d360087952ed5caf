-- The state of finished work is called `succeeded` everywhere; until now it was `done`.
UPDATE jobs SET state = 'succeeded' WHERE state = 'done';
UPDATE attempts SET state = 'succeeded' WHERE state = 'done';
UPDATE runs SET state = 'succeeded' WHERE state = 'done';
UPDATE evaluations SET state = 'succeeded' WHERE state = 'done';
UPDATE monitor_checks SET state = 'succeeded' WHERE state = 'done';
UPDATE dataset_versions SET profile_state = 'succeeded' WHERE profile_state = 'done';
UPDATE version_profiles SET relations_state = 'succeeded' WHERE relations_state = 'done';
UPDATE ingestions SET state = 'succeeded' WHERE state = 'done';
UPDATE source_previews SET state = 'succeeded' WHERE state = 'done';
UPDATE dataset_validations SET state = 'succeeded' WHERE state = 'done';
UPDATE data_leaks SET state = 'succeeded' WHERE state = 'done';
UPDATE data_diffs SET state = 'succeeded' WHERE state = 'done';
UPDATE data_queries SET state = 'succeeded' WHERE state = 'done';
