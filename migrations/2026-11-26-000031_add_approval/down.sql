CREATE OR REPLACE FUNCTION cancel_edition_deliveries(readers uuid[], new_status text) RETURNS void LANGUAGE plpgsql AS $$
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

DELETE FROM attempts a USING deliveries d WHERE d.id = a.delivery_id AND d.kind = 'approval';
DELETE FROM deliveries WHERE kind = 'approval';
ALTER TABLE deliveries DROP CONSTRAINT deliveries_kind_check,
    ADD CONSTRAINT deliveries_kind_check CHECK (kind IN ('confirmation', 'already_subscribed', 'test')),
    DROP CONSTRAINT deliveries_check,
    ADD CONSTRAINT deliveries_check CHECK ((kind = 'test') = (test_address IS NOT NULL)),
    DROP CONSTRAINT deliveries_edition_check,
    ADD CONSTRAINT deliveries_edition_check CHECK ((kind = 'test') = (edition_id IS NOT NULL));

-- What waits for approval is held; the version before knows no other way to keep it.
UPDATE editions SET status = 'held' WHERE status = 'awaiting_approval';
UPDATE editions SET skip_reason = 'too_few_articles' WHERE skip_reason = 'not_approved';
DROP INDEX editions_open_idx;
CREATE INDEX editions_open_idx ON editions (newsletter_id) WHERE status IN ('delivering', 'held', 'paused');
ALTER TABLE editions DROP CONSTRAINT editions_status_check,
    ADD CONSTRAINT editions_status_check CHECK (status IN ('delivering', 'held', 'paused', 'stopped', 'done', 'skipped')),
    DROP CONSTRAINT editions_skip_reason_check,
    ADD CONSTRAINT editions_skip_reason_check CHECK (skip_reason IN ('no_articles', 'too_few_articles'));

DROP TABLE edition_approvals;
ALTER TABLE newsletters DROP COLUMN approval_mail_to, DROP COLUMN approval_overdue,
    DROP COLUMN approval_deadline_minutes, DROP COLUMN approval;
