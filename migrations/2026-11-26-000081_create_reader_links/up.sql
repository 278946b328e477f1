-- Links that a reader asked for by mail: to all preferences, and to move the subscriptions to another address.
CREATE TABLE reader_links (
    id uuid PRIMARY KEY,
    subscriber_id uuid NOT NULL REFERENCES subscribers (id),
    kind text NOT NULL CHECK (kind IN ('preferences', 'address_change')),
    -- 128 random bits in the tokens of this row.
    nonce uuid NOT NULL,
    language text NOT NULL,
    new_address text,
    new_address_key text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- When the change was confirmed from the new mailbox...
    used_at timestamptz,
    -- ...or stopped from the old one.
    stopped_at timestamptz,
    CHECK ((kind = 'address_change') = (new_address IS NOT NULL)),
    CHECK ((new_address IS NULL) = (new_address_key IS NULL)),
    CHECK (used_at IS NULL OR stopped_at IS NULL)
);
CREATE INDEX reader_links_subscriber_idx ON reader_links (subscriber_id, created_at);

-- The few who want text only, found within a chunk without looking at the others.
CREATE INDEX subscriptions_text_only_idx ON subscriptions (id) WHERE is_text_only;

ALTER TABLE deliveries ADD COLUMN reader_link_id uuid REFERENCES reader_links (id),
    DROP CONSTRAINT deliveries_kind_check,
    ADD CONSTRAINT deliveries_kind_check CHECK (kind IN ('confirmation', 'already_subscribed', 'test', 'approval', 'attack',
        'preferences_link', 'address_new', 'address_old', 'address_taken')),
    ADD CONSTRAINT deliveries_reader_link_check CHECK
        ((kind IN ('preferences_link', 'address_new', 'address_old', 'address_taken')) = (reader_link_id IS NOT NULL));
CREATE INDEX deliveries_reader_link_idx ON deliveries (reader_link_id) WHERE reader_link_id IS NOT NULL;
