-- A feed that articles come from. What is due is asked of this table; there is no queue beside it.
CREATE TABLE feeds (
    id uuid PRIMARY KEY,
    url text NOT NULL CONSTRAINT feeds_url_key UNIQUE,
    title text NOT NULL,
    -- What its articles get: a section (empty: their first category), topics besides those of their categories, and a
    -- language where the document names none.
    section text NOT NULL,
    topics text[] NOT NULL,
    language text,
    -- A server that answers 410 says that the feed is gone for good; only a person makes it active again.
    status text NOT NULL CHECK (status IN ('active', 'paused', 'gone')),
    -- Items from before this are irrelevant: a new feed must not fill a digest with last year's news.
    connected_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    etag text,
    last_modified text,
    next_fetch_at timestamptz NOT NULL,
    -- In a row; each doubles the pause.
    failures integer NOT NULL,
    last_fetch_at timestamptz,
    last_success_at timestamptz,
    last_status integer,
    last_error text,
    -- The lease of the server that fetches it now; what a lost server left is taken over when it runs out.
    claim_id uuid,
    claimed_until timestamptz,
    CONSTRAINT feeds_claim_is_whole CHECK ((claim_id IS NULL) = (claimed_until IS NULL))
);
CREATE INDEX feeds_due_idx ON feeds (next_fetch_at) WHERE status = 'active';

-- What became of each item. The mark of its identity is the key, because ids of publishers may be long.
CREATE TABLE feed_items (
    feed_id uuid NOT NULL REFERENCES feeds ON DELETE CASCADE,
    identity_mark text NOT NULL,
    identity text NOT NULL,
    title text NOT NULL,
    url text,
    -- pending: could not become an article yet, and is tried again; stored: it is one; irrelevant: it has no date or is
    -- older than the connection of the feed.
    status text NOT NULL CHECK (status IN ('pending', 'stored', 'irrelevant')),
    detail text,
    -- Of everything that the item says: what has not changed is not looked at again.
    content_mark text NOT NULL,
    published_at timestamptz,
    article_id uuid REFERENCES articles ON DELETE SET NULL,
    first_seen_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (feed_id, identity_mark)
);
CREATE INDEX feed_items_recent_idx ON feed_items (feed_id, first_seen_at DESC, identity_mark);
CREATE INDEX feed_items_article_idx ON feed_items (article_id);
