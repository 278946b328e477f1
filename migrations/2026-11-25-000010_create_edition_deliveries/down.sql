-- The ledger goes back into the table of single mails; what only the newer version knows is told in older words.
DROP TRIGGER subscriptions_cancel_erased ON subscriptions;
DROP FUNCTION cancel_deliveries_of_erased();
DROP TRIGGER subscriptions_cancel_deliveries ON subscriptions;
DROP FUNCTION cancel_deliveries_of_subscription();
DROP FUNCTION cancel_edition_deliveries(uuid[], text);

UPDATE deliveries SET status = 'queued' WHERE status = 'deferred';
UPDATE deliveries SET status = 'cancelled' WHERE status = 'suppressed';
DROP INDEX deliveries_due_idx, deliveries_subscriber_idx;
ALTER TABLE deliveries ADD COLUMN subscription_id uuid REFERENCES subscriptions (id),
    ADD CONSTRAINT deliveries_edition_subscription_key UNIQUE (edition_id, subscription_id),
    DROP CONSTRAINT deliveries_edition_check,
    DROP CONSTRAINT deliveries_kind_check,
    ADD CONSTRAINT deliveries_kind_check CHECK (kind IN ('confirmation', 'already_subscribed', 'digest', 'test')),
    ADD CHECK ((kind = 'digest') = (subscription_id IS NOT NULL)),
    ADD CONSTRAINT deliveries_check2 CHECK ((kind IN ('digest', 'test')) = (edition_id IS NOT NULL)),
    DROP CONSTRAINT deliveries_status_check,
    ADD CONSTRAINT deliveries_status_check CHECK (status IN
        ('queued', 'claimed', 'sending', 'sent', 'unknown', 'bounced', 'expired', 'cancelled'));
INSERT INTO deliveries (id, kind, priority, edition_id, subscription_id, subscriber_id, status, due_at, expires_at,
                        attempt_count, unknown_count, created_at, settled_at, reply_code, reply_text)
SELECT gen_random_uuid(), 'digest', 10, d.edition_id, d.subscription_id, s.subscriber_id,
       CASE d.status WHEN 'claimed' THEN 'queued' WHEN 'deferred' THEN 'queued' WHEN 'sending' THEN 'unknown'
                     WHEN 'suppressed' THEN 'cancelled' ELSE d.status END,
       coalesce(d.retry_at, n.not_before), n.expires_at, d.attempt_count,
       CASE WHEN d.status IN ('sending', 'unknown') THEN greatest(d.unknown_count, 1) ELSE d.unknown_count END,
       e.created_at,
       CASE WHEN d.status IN ('queued', 'claimed', 'deferred') THEN NULL ELSE coalesce(d.settled_at, now()) END,
       d.reply_code, d.reply_text
  FROM edition_deliveries d JOIN subscriptions s ON s.id = d.subscription_id
  JOIN editions e ON e.id = d.edition_id JOIN edition_sends n ON n.edition_id = d.edition_id;
CREATE INDEX deliveries_due_idx ON deliveries (priority, due_at) WHERE status = 'queued';
CREATE INDEX deliveries_open_idx ON deliveries (edition_id)
    WHERE status IN ('queued', 'claimed', 'sending', 'unknown');
CREATE INDEX deliveries_cancellable_idx ON deliveries (subscription_id) WHERE status IN ('queued', 'claimed');
CREATE INDEX deliveries_subscriber_idx ON deliveries (subscriber_id, created_at) WHERE kind <> 'digest';

UPDATE editions SET status = 'delivering' WHERE status IN ('held', 'paused');
UPDATE editions SET status = 'done' WHERE status = 'stopped';
DROP INDEX editions_open_idx;
CREATE INDEX editions_delivering_idx ON editions (id) WHERE status = 'delivering';
ALTER TABLE editions DROP CONSTRAINT editions_status_check,
    ADD CONSTRAINT editions_status_check CHECK (status IN ('delivering', 'done', 'skipped'));

DROP TABLE worker_relays, relay_rates, delivery_control, delivery_claims, edition_sends, edition_attempts,
    edition_deliveries;

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
CREATE OR REPLACE FUNCTION cancel_deliveries_of_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE deliveries d
       SET status = 'cancelled', owner = NULL, lease_until = NULL, settled_at = now()
      FROM subscribers s
     WHERE s.address_key = NEW.address_key AND d.subscriber_id = s.id AND d.status IN ('queued', 'claimed');
    RETURN NULL;
END $$;
