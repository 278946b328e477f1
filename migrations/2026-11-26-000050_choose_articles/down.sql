ALTER TABLE newsletters DROP COLUMN choice;
DROP TABLE digest_cut;
DROP INDEX articles_available_idx;
CREATE INDEX articles_first_seen_idx ON articles (first_seen_at, id);
ALTER TABLE articles DROP COLUMN publish_at, DROP COLUMN expires_at, DROP COLUMN is_pinned, DROP COLUMN available_at,
    DROP COLUMN is_back;
