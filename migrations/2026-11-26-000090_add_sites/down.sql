DROP INDEX articles_url_idx;
ALTER TABLE newsletters DROP COLUMN sites;
