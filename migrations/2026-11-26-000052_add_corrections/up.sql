-- An edition under way can be corrected: its content gets a new version, and every mail shows which one it was.
ALTER TABLE editions
    -- 1 is what was frozen first.
    ADD COLUMN content_version integer NOT NULL DEFAULT 1;
-- A chunk is made of one version; none of another one may begin.
ALTER TABLE delivery_claims ADD COLUMN content_version integer NOT NULL DEFAULT 1;
-- The version that the reader was sent, or is being sent; of rows that wait it says nothing.
ALTER TABLE edition_deliveries ADD COLUMN content_version integer NOT NULL DEFAULT 1;

ALTER TABLE edition_articles
    -- The article as it was frozen: a correction of another one must not let later edits of this one in.
    ADD COLUMN frozen jsonb,
    -- In the versions from this one...
    ADD COLUMN from_version integer NOT NULL DEFAULT 1,
    -- ...and before this one; NULL: it is in the newest.
    ADD COLUMN until_version integer,
    ADD CHECK (until_version > from_version);

-- Versions that were replaced, as evidence of what readers got.
CREATE TABLE edition_contents (
    edition_id uuid NOT NULL REFERENCES editions (id),
    version integer NOT NULL,
    subject text NOT NULL,
    preheader text NOT NULL,
    html text NOT NULL,
    plain text NOT NULL,
    web_html text NOT NULL,
    content_sha256 bytea NOT NULL,
    article_count integer NOT NULL,
    replaced_at timestamptz NOT NULL,
    PRIMARY KEY (edition_id, version)
);

-- An article was taken out of editions, or replaced in them.
CREATE TABLE corrections (
    id uuid PRIMARY KEY,
    article_id uuid NOT NULL REFERENCES articles (id),
    action text NOT NULL CHECK (action IN ('retract', 'replace')),
    -- What stands in its place; the article itself: its text as it is now.
    replacement_id uuid REFERENCES articles (id),
    reason text NOT NULL,
    created_at timestamptz NOT NULL,
    CHECK ((action = 'replace') = (replacement_id IS NOT NULL))
);
CREATE INDEX corrections_article_idx ON corrections (article_id, id);

CREATE TABLE correction_editions (
    correction_id uuid NOT NULL REFERENCES corrections (id),
    edition_id uuid NOT NULL REFERENCES editions (id),
    -- Readers with an older version, and not older than the article in it, have what is wrong.
    from_version integer NOT NULL,
    until_version integer NOT NULL,
    -- The headline as readers got it.
    title text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('corrected', 'stopped', 'blocked')),
    -- Why it was stopped or blocked.
    detail text,
    PRIMARY KEY (correction_id, edition_id)
);
CREATE INDEX correction_editions_edition_idx ON correction_editions (edition_id);

-- The editions that tell readers of a correction. They hold no articles and move no mark: their variant is never 0.
CREATE TABLE correction_notices (
    edition_id uuid PRIMARY KEY REFERENCES editions (id),
    correction_id uuid NOT NULL REFERENCES corrections (id)
);
CREATE INDEX correction_notices_correction_idx ON correction_notices (correction_id);
ALTER TABLE editions DROP CONSTRAINT editions_kind_check,
    ADD CONSTRAINT editions_kind_check CHECK (kind IN ('scheduled', 'manual', 'correction')),
    ADD CONSTRAINT editions_correction_check CHECK (kind <> 'correction' OR variant > 0);
