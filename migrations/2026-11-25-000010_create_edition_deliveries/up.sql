-- The ledger of editions: one row per edition and reader. Single mails stay in `deliveries`.
--
-- A million rows are written when an edition is frozen, and each is changed twice while it is sent. What that costs
-- is decided here (measured on 2 cores with 10^6 rows and fsync on):
-- - The one index holds nothing that changes on the way to `sent`, so both changes stay within their page (HOT). An
--   index with the status in it, or in its WHERE, costs four times as much.
-- - The key begins with the edition, whose UUIDv7 grows with time: rows are added at the right end of the index, chunks
--   are ranges of it, and the table can be partitioned by it without a new key.
-- - No foreign keys: a check for each row takes longer than the row. The rows come from `subscriptions` in the
--   transaction that adds the edition, and neither is ever deleted alone.
CREATE TABLE edition_deliveries (
    edition_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    -- The claim under which it is being sent: whoever lost that claim can change nothing.
    claim_id bigint,
    -- When a deferred mail, or one whose reply was lost, is tried again.
    retry_at timestamptz,
    settled_at timestamptz,
    -- How often the next server had the mail in its hands.
    attempt_count smallint NOT NULL,
    -- How often its reply was lost; after the second time nothing more is sent.
    unknown_count smallint NOT NULL,
    reply_code smallint,
    -- `queued` rows within the range of a claim are being prepared; `claimed` are retries in a worker's hands.
    status text NOT NULL CHECK (status IN ('queued', 'claimed', 'sending', 'sent', 'deferred', 'unknown', 'bounced',
                                           'expired', 'suppressed', 'cancelled')),
    reply_text text,
    PRIMARY KEY (edition_id, subscription_id),
    CHECK ((status IN ('claimed', 'sending')) = (claim_id IS NOT NULL)),
    CHECK (retry_at IS NULL OR status IN ('deferred', 'unknown')),
    CHECK (status <> 'deferred' OR retry_at IS NOT NULL)
) WITH (fillfactor = 40);
CREATE INDEX edition_deliveries_retry_idx ON edition_deliveries (retry_at) WHERE retry_at IS NOT NULL;

-- What became of every try of a ledger row that was not accepted; the row itself is the evidence of the one that was.
CREATE TABLE edition_attempts (
    edition_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    number integer NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('deferred', 'refused', 'not_sent', 'unknown')),
    phase text NOT NULL,
    reply_code integer,
    reply_text text,
    finished_at timestamptz NOT NULL,
    PRIMARY KEY (edition_id, subscription_id, number)
);

-- How an edition is sent: what workers and operators change while the frozen content stays as it is.
CREATE TABLE edition_sends (
    edition_id uuid PRIMARY KEY REFERENCES editions (id),
    -- Nothing is sent before.
    not_before timestamptz NOT NULL,
    -- "In inboxes by": the start is planned so that the last mail leaves before, and an alert says when that fails.
    deadline_at timestamptz,
    -- What is not accepted by then is given up.
    expires_at timestamptz NOT NULL,
    -- After a lost reply: send one identical copy later, or wait for the operator.
    unknown_policy text NOT NULL CHECK (unknown_policy IN ('retry_once', 'hold')),
    -- Why it is held, paused or stopped.
    reason text,
    -- Transactions on subscriptions or suppressions that ran when the edition was frozen must have ended before its first
    -- mail: one of them may be an unsubscribe that did not see the new rows. Their names in pg_locks; NULL: not looked.
    start_barrier text[],
    started_at timestamptz,
    -- Up to here, inclusive, the rows were cut into claims; NULL before the first.
    cut_until uuid,
    is_cut boolean NOT NULL,
    -- The edition that waited longest is served next.
    claimed_at timestamptz
);

CREATE INDEX edition_sends_uncut_idx ON edition_sends (claimed_at) WHERE NOT is_cut;

-- Chunks of the ledger in the hands of workers. The id is the fencing token: it stands in each row that is being sent,
-- and a chunk that is taken over gets a new one.
CREATE TABLE delivery_claims (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    edition_id uuid NOT NULL REFERENCES editions (id),
    -- The range of subscriptions, both ends included; only `queued` rows in it are meant.
    first_id uuid NOT NULL,
    last_id uuid NOT NULL,
    -- Or these `claimed` rows: retries.
    retry_ids uuid[],
    -- Neither: the chunk was given back and waits for the next worker.
    owner uuid,
    lease_until timestamptz,
    -- Its owner was lost; rows that it was sending are settled when the longest conversation must be over.
    lost_at timestamptz,
    CHECK ((owner IS NULL) = (lease_until IS NULL))
);
CREATE INDEX delivery_claims_edition_idx ON delivery_claims (edition_id);

-- One row: what holds for all editions.
CREATE TABLE delivery_control (
    is_only boolean PRIMARY KEY CHECK (is_only),
    -- Nothing of any edition is sent; single mails go on.
    is_paused boolean NOT NULL,
    -- New editions wait for a release.
    holds_new boolean NOT NULL,
    reason text,
    changed_at timestamptz NOT NULL
);
INSERT INTO delivery_control VALUES (true, false, false, NULL, now());

-- Tokens left of each rate of a relay, shared by all workers.
CREATE TABLE relay_rates (
    relay text NOT NULL,
    unit text NOT NULL CHECK (unit IN ('second', 'minute', 'hour', 'day')),
    tokens double precision NOT NULL,
    filled_at timestamptz NOT NULL,
    PRIMARY KEY (relay, unit)
);

-- What each worker last knew of each relay, so that an operator reads why nothing moves.
CREATE TABLE worker_relays (
    worker_id uuid NOT NULL,
    relay text NOT NULL,
    is_available boolean NOT NULL,
    connections integer NOT NULL,
    connection_limit integer NOT NULL,
    phase text,
    reply_code integer,
    reply_text text,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (worker_id, relay)
);

-- An edition may now be held before its first mail, paused under way, and stopped for good.
ALTER TABLE editions DROP CONSTRAINT editions_status_check,
    ADD CONSTRAINT editions_status_check CHECK (status IN ('delivering', 'held', 'paused', 'stopped', 'done', 'skipped'));
DROP INDEX editions_delivering_idx;
CREATE INDEX editions_open_idx ON editions (newsletter_id) WHERE status IN ('delivering', 'held', 'paused');

-- Digests move from the table of single mails into the ledger.
INSERT INTO edition_deliveries (edition_id, subscription_id, retry_at, settled_at, attempt_count, unknown_count,
                                reply_code, reply_text, status)
SELECT edition_id, subscription_id,
       CASE WHEN status = 'unknown' AND unknown_count < 2 AND expires_at > now() THEN settled_at + interval '5 minutes' END,
       settled_at, attempt_count, unknown_count, reply_code, reply_text,
       CASE status WHEN 'claimed' THEN 'queued' WHEN 'sending' THEN 'unknown' ELSE status END
  FROM deliveries WHERE kind = 'digest';
INSERT INTO edition_attempts
SELECT d.edition_id, d.subscription_id, a.number, a.outcome, a.phase, a.reply_code, a.reply_text, a.finished_at
  FROM attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE d.kind = 'digest' AND a.outcome <> 'accepted';
INSERT INTO edition_sends (edition_id, not_before, expires_at, unknown_policy, is_cut)
SELECT e.id, e.created_at, e.created_at + interval '1 day', 'retry_once', e.status <> 'delivering'
  FROM editions e WHERE e.status <> 'skipped';
DELETE FROM attempts a USING deliveries d WHERE d.id = a.delivery_id AND d.kind = 'digest';
DELETE FROM deliveries WHERE kind = 'digest';

DROP TRIGGER subscriptions_cancel_deliveries ON subscriptions;
DROP FUNCTION cancel_deliveries_of_subscription();
ALTER TABLE deliveries DROP COLUMN subscription_id,
    DROP CONSTRAINT deliveries_check2,
    DROP CONSTRAINT deliveries_kind_check,
    ADD CONSTRAINT deliveries_kind_check CHECK (kind IN ('confirmation', 'already_subscribed', 'test')),
    ADD CONSTRAINT deliveries_edition_check CHECK ((kind = 'test') = (edition_id IS NOT NULL)),
    DROP CONSTRAINT deliveries_status_check,
    ADD CONSTRAINT deliveries_status_check CHECK (status IN
        ('queued', 'claimed', 'sending', 'sent', 'deferred', 'unknown', 'bounced', 'expired', 'suppressed', 'cancelled'));
DROP INDEX deliveries_due_idx, deliveries_subscriber_idx, deliveries_open_idx;
CREATE INDEX deliveries_due_idx ON deliveries (priority, due_at) WHERE status IN ('queued', 'deferred');
CREATE INDEX deliveries_subscriber_idx ON deliveries (subscriber_id, created_at);

-- An acknowledged unsubscribe must stop every mail that is not already under way. The trigger does it in the very
-- transaction that ends or pauses the subscription, whoever does it, and waits for a worker that is just taking the row.
-- Rows are locked in the order of editions, as workers do, so that two such transactions cannot wait for each other.
CREATE FUNCTION cancel_edition_deliveries(readers uuid[], new_status text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM subscriptions s JOIN editions e ON e.newsletter_id = s.newsletter_id
               JOIN edition_deliveries d ON d.edition_id = e.id AND d.subscription_id = s.id
      WHERE s.id = ANY (readers) AND e.status IN ('delivering', 'held', 'paused')
      ORDER BY d.edition_id, d.subscription_id FOR UPDATE OF d;
    -- A copy that would follow a lost reply is not sent any more; what became of the first stays unknown.
    UPDATE edition_deliveries d
       SET status = CASE WHEN d.status = 'unknown' THEN d.status ELSE new_status END,
           claim_id = NULL, retry_at = NULL, settled_at = coalesce(d.settled_at, now())
      FROM subscriptions s JOIN editions e ON e.newsletter_id = s.newsletter_id
     WHERE s.id = ANY (readers) AND e.status IN ('delivering', 'held', 'paused')
       AND d.edition_id = e.id AND d.subscription_id = s.id
       AND (d.status IN ('queued', 'claimed', 'deferred') OR d.status = 'unknown' AND d.retry_at IS NOT NULL);
END $$;

CREATE FUNCTION cancel_deliveries_of_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM cancel_edition_deliveries(ARRAY[OLD.id], 'cancelled');
    RETURN NULL;
END $$;
CREATE TRIGGER subscriptions_cancel_deliveries AFTER UPDATE OF status ON subscriptions
    FOR EACH ROW WHEN (OLD.status = 'active' AND NEW.status <> 'active')
    EXECUTE FUNCTION cancel_deliveries_of_subscription();
-- An erased reader's rows go on counting as cancelled. Before the deletion, while the row can still be joined.
CREATE FUNCTION cancel_deliveries_of_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM cancel_edition_deliveries(ARRAY[OLD.id], 'cancelled');
    RETURN OLD;
END $$;
CREATE TRIGGER subscriptions_cancel_erased BEFORE DELETE ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION cancel_deliveries_of_erased();

CREATE OR REPLACE FUNCTION cancel_deliveries_of_address() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reader uuid := (SELECT id FROM subscribers WHERE address_key = NEW.address_key);
BEGIN
    UPDATE deliveries
       SET status = 'suppressed', owner = NULL, lease_until = NULL, settled_at = now()
     WHERE subscriber_id = reader AND status IN ('queued', 'claimed', 'deferred');
    PERFORM cancel_edition_deliveries(ARRAY(SELECT id FROM subscriptions WHERE subscriber_id = reader), 'suppressed');
    RETURN NULL;
END $$;
