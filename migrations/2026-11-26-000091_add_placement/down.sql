ALTER TABLE signups DROP COLUMN placement;
