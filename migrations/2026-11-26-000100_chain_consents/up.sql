-- Evidence that shows when it was tampered with: each row holds the hash of the one before it in its subscription's chain, and
-- its own, keyed with the server's secret. One chain per subscription, so that deleting a reader breaks nobody else's.
ALTER TABLE consents
    -- From 1, without gaps, in each subscription.
    ADD COLUMN number integer CHECK (number > 0),
    -- The reader's address at that time: the one of the subscriber may change.
    ADD COLUMN address text,
    -- From what the action came, as far as the settings let that be kept.
    ADD COLUMN user_agent text,
    ADD COLUMN client_address text,
    -- When the row was sealed, if that was not when it was written: it proves nothing about the time before.
    ADD COLUMN sealed_at timestamptz,
    -- Which of the server's secrets sealed it.
    ADD COLUMN key_id smallint CHECK (key_id BETWEEN 0 AND 255),
    ADD COLUMN previous_hash bytea CHECK (octet_length(previous_hash) = 32),
    ADD COLUMN hash bytea CHECK (octet_length(hash) = 32);

-- How long each chain is, sealed as well, so that a cut-off end is noticed. A table of its own: subscriptions stay narrow.
CREATE TABLE consent_heads (
    subscription_id uuid PRIMARY KEY REFERENCES subscriptions (id) ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0),
    -- Of the row with this number.
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    key_id smallint NOT NULL CHECK (key_id BETWEEN 0 AND 255),
    seal bytea NOT NULL CHECK (octet_length(seal) = 32)
);
