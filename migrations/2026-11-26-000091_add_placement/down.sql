DROP INDEX signups_requested_idx;
ALTER TABLE signups DROP COLUMN placement;
