-- Subscriptions at WebSub hubs, which push what a feed publishes. Neither the address that a hub calls nor the secret that it signs
-- with is here: both are made of the nonce and of the server's key, so a copy of this table is not enough to push anything.
CREATE TABLE hub_subscriptions (
    id uuid PRIMARY KEY,
    -- None: the feed was removed or has another hub, and the hub is to be told.
    feed_id uuid REFERENCES feeds ON DELETE SET NULL,
    hub_url text NOT NULL,
    topic text NOT NULL,
    nonce uuid NOT NULL,
    wish text NOT NULL CHECK (wish IN ('subscribe', 'unsubscribe')),
    -- When the hub was last asked; it must ask back before anything counts.
    asked_at timestamptz,
    lease_ends_at timestamptz,
    -- When the hub is asked next: first, again, or to renew.
    act_at timestamptz NOT NULL,
    -- Requests in a row that the hub did not confirm; each doubles the pause.
    failures integer NOT NULL,
    last_push_at timestamptz,
    last_error text,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX hub_subscriptions_feed_key ON hub_subscriptions (feed_id);
CREATE INDEX hub_subscriptions_due_idx ON hub_subscriptions (act_at);
