-- Where on the page the box stood, such as "article-end".
ALTER TABLE signups ADD COLUMN placement text NOT NULL DEFAULT '';
-- Where confirmed readers came from, of some weeks: rows lie in the order of time, so a few bytes for each hundred pages do.
CREATE INDEX signups_requested_idx ON signups USING brin (requested_at);
