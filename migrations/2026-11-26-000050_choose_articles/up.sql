-- What an editor says about an article beside its text.
ALTER TABLE articles
    -- Embargo: not before.
    ADD COLUMN publish_at timestamptz,
    -- Not in editions that are made after.
    ADD COLUMN expires_at timestamptz,
    -- It leads.
    ADD COLUMN is_pinned boolean NOT NULL DEFAULT false,
    -- When digests may have it: the later of its arrival and its embargo. The window of an edition is over this time. It is
    -- never before a cut that was made (see digest_cut), so what becomes available is in no window that is closed.
    ADD COLUMN available_at timestamptz,
    -- It was available before, and then hidden or under embargo again: some readers may have had it.
    ADD COLUMN is_back boolean NOT NULL DEFAULT false;
UPDATE articles SET available_at = first_seen_at;
ALTER TABLE articles ALTER COLUMN available_at SET NOT NULL, ALTER COLUMN is_pinned DROP DEFAULT, ALTER COLUMN is_back DROP DEFAULT;
DROP INDEX articles_first_seen_idx;
CREATE INDEX articles_available_idx ON articles (available_at, id);

-- One row: up to when windows may reach. Whoever stores an article holds it shared until the commit, whoever closes a window
-- moves it first; so each article that is available before the cut can be seen, and each later one is available after it.
CREATE TABLE digest_cut (
    is_only boolean PRIMARY KEY CHECK (is_only),
    at timestamptz NOT NULL
);
INSERT INTO digest_cut SELECT true, coalesce(max(window_until), '1970-01-01T00:00:00Z') FROM editions;

-- How a newsletter chooses beside its topics; the keys are those of the API.
ALTER TABLE newsletters ADD COLUMN choice jsonb NOT NULL DEFAULT '{}';
ALTER TABLE newsletters ALTER COLUMN choice DROP DEFAULT;
