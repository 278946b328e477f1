-- One edition, or one single mail, to one reader. This table is the queue and the ledger at once.
CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('confirmation', 'already_subscribed', 'digest', 'test')),
    -- Lower goes first: a confirmation never waits behind a digest.
    priority smallint NOT NULL,
    edition_id uuid REFERENCES editions (id),
    subscription_id uuid REFERENCES subscriptions (id),
    subscriber_id uuid REFERENCES subscribers (id),
    -- What the mail is about when it is not an edition.
    signup_id uuid REFERENCES signups (id),
    -- Only a test copy carries its address; every other row reads it from the subscriber when it is sent,
    -- so that a changed or erased address is honoured.
    test_address text,
    status text NOT NULL CHECK (status IN
        ('queued', 'claimed', 'sending', 'sent', 'unknown', 'bounced', 'expired', 'cancelled')),
    due_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    owner uuid,
    lease_until timestamptz,
    attempt_count integer NOT NULL,
    -- How often the reply was lost; after the second time nothing more is sent.
    unknown_count integer NOT NULL,
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    reply_code integer,
    reply_text text,
    CONSTRAINT deliveries_edition_subscription_key UNIQUE (edition_id, subscription_id),
    CHECK ((kind = 'test') = (test_address IS NOT NULL)),
    CHECK ((kind = 'digest') = (subscription_id IS NOT NULL)),
    CHECK ((kind IN ('digest', 'test')) = (edition_id IS NOT NULL)),
    CHECK ((kind IN ('confirmation', 'already_subscribed')) = (signup_id IS NOT NULL)),
    CHECK ((status IN ('claimed', 'sending')) = (owner IS NOT NULL AND lease_until IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX deliveries_due_idx ON deliveries (priority, due_at) WHERE status = 'queued';
CREATE INDEX deliveries_lease_idx ON deliveries (lease_until) WHERE status IN ('claimed', 'sending');
CREATE INDEX deliveries_unknown_idx ON deliveries (settled_at) WHERE status = 'unknown';
CREATE INDEX deliveries_open_idx ON deliveries (edition_id)
    WHERE status IN ('queued', 'claimed', 'sending', 'unknown');
CREATE INDEX deliveries_cancellable_idx ON deliveries (subscription_id) WHERE status IN ('queued', 'claimed');
CREATE INDEX deliveries_subscriber_idx ON deliveries (subscriber_id, created_at) WHERE kind <> 'digest';

-- One SMTP transaction of a delivery, kept as evidence.
CREATE TABLE attempts (
    delivery_id uuid NOT NULL REFERENCES deliveries (id),
    number integer NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('accepted', 'deferred', 'refused', 'not_sent', 'unknown')),
    -- The step of the SMTP conversation that decided it.
    phase text NOT NULL,
    reply_code integer,
    reply_text text,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    PRIMARY KEY (delivery_id, number)
);

-- An acknowledged unsubscribe must stop every mail that is not already under way. The trigger does it in the
-- very transaction that ends the subscription, whoever ends it, and waits for a worker that is just taking
-- the row: without it, mails went out after the answer.
CREATE FUNCTION cancel_deliveries_of_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE deliveries
       SET status = 'cancelled', owner = NULL, lease_until = NULL, settled_at = now()
     WHERE subscription_id = NEW.id AND status IN ('queued', 'claimed');
    RETURN NULL;
END $$;
CREATE TRIGGER subscriptions_cancel_deliveries AFTER UPDATE OF status ON subscriptions
    FOR EACH ROW WHEN (OLD.status = 'active' AND NEW.status <> 'active')
    EXECUTE FUNCTION cancel_deliveries_of_subscription();
