-- The seals of rows that have it are broken from here on: what was sealed is gone.
ALTER TABLE consents DROP COLUMN obtained_at;
