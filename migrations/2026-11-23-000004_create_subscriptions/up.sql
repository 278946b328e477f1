-- Subscriber x newsletter. The row lives on when the reader leaves and comes back, so that links in old
-- mails keep finding it.
CREATE TABLE subscriptions (
    id uuid PRIMARY KEY,
    subscriber_id uuid NOT NULL REFERENCES subscribers (id),
    newsletter_id uuid NOT NULL REFERENCES newsletters (id),
    status text NOT NULL CHECK (status IN ('pending', 'active', 'paused', 'unsubscribed')),
    language text NOT NULL,
    -- 128 random bits that go into every link token of this row: a new value revokes all links.
    link_nonce uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT subscriptions_subscriber_newsletter_key UNIQUE (subscriber_id, newsletter_id),
    -- No digest without a confirmed opt-in.
    CHECK (status NOT IN ('active', 'paused') OR confirmed_at IS NOT NULL)
);
CREATE INDEX subscriptions_active_idx ON subscriptions (newsletter_id, id) WHERE status = 'active';

-- One press of "Subscribe": what the confirmation link of one mail confirms, for one or more newsletters.
CREATE TABLE signups (
    id uuid PRIMARY KEY,
    subscriber_id uuid NOT NULL REFERENCES subscribers (id),
    newsletter_ids uuid[] NOT NULL,
    nonce uuid NOT NULL,
    language text NOT NULL,
    source_url text,
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    confirmed_at timestamptz
);
CREATE INDEX signups_subscriber_idx ON signups (subscriber_id, requested_at);
