-- One dated instance of a newsletter with its frozen content.
CREATE TABLE editions (
    id uuid PRIMARY KEY,
    newsletter_id uuid NOT NULL REFERENCES newsletters (id),
    kind text NOT NULL CHECK (kind IN ('scheduled', 'manual')),
    -- The slot is the LOCAL date-time of the run: the hour that the autumn clock change repeats cannot make
    -- two editions, and a second scheduler finds the row already there.
    slot timestamp NOT NULL,
    due_at timestamptz NOT NULL,
    -- Articles first seen in [window_from, window_until).
    window_from timestamptz NOT NULL,
    window_until timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('delivering', 'done', 'skipped')),
    skip_reason text CHECK (skip_reason IN ('no_articles', 'too_few_articles')),
    subject text NOT NULL,
    preheader text NOT NULL,
    -- Frozen mail with markers where the parts of one reader go, and the page for nobody in particular.
    html text NOT NULL,
    plain text NOT NULL,
    web_html text NOT NULL,
    content_sha256 bytea NOT NULL,
    article_count integer NOT NULL,
    recipient_count integer NOT NULL,
    created_at timestamptz NOT NULL,
    completed_at timestamptz,
    CONSTRAINT editions_newsletter_slot_key UNIQUE (newsletter_id, slot),
    CHECK ((status = 'skipped') = (skip_reason IS NOT NULL))
);
CREATE INDEX editions_delivering_idx ON editions (id) WHERE status = 'delivering';

CREATE TABLE edition_articles (
    edition_id uuid NOT NULL REFERENCES editions (id),
    article_id uuid NOT NULL REFERENCES articles (id),
    position integer NOT NULL,
    placement text NOT NULL CHECK (placement IN ('lead', 'section', 'brief', 'left_out')),
    PRIMARY KEY (edition_id, article_id)
);
CREATE INDEX edition_articles_article_idx ON edition_articles (article_id);
CREATE INDEX editions_latest_idx ON editions (newsletter_id, due_at DESC) WHERE status <> 'skipped';
