-- A stored item of the publisher. `external_id` is the publisher's own id and makes ingest idempotent.
CREATE TABLE articles (
    id uuid PRIMARY KEY,
    external_id text NOT NULL CONSTRAINT articles_external_id_key UNIQUE,
    slug text NOT NULL CONSTRAINT articles_slug_key UNIQUE,
    url text NOT NULL,
    language text NOT NULL,
    section text NOT NULL,
    topics text[] NOT NULL,
    title text NOT NULL,
    standfirst text NOT NULL,
    authors text[] NOT NULL,
    image_url text,
    image_alt text NOT NULL,
    image_caption text NOT NULL,
    image_credit text NOT NULL,
    body_html text NOT NULL,
    reading_minutes integer NOT NULL,
    status text NOT NULL CHECK (status IN ('visible', 'hidden')),
    published_at timestamptz NOT NULL,
    -- When the article first reached this server; the window of a digest is over this time, so that late
    -- arrivals are not lost and edits do not come back.
    first_seen_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX articles_first_seen_idx ON articles (first_seen_at, id);
