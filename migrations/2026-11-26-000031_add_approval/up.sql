-- An edition may have to be approved by a person before it is sent.
ALTER TABLE newsletters
    ADD COLUMN approval text NOT NULL DEFAULT 'auto' CHECK (approval IN ('auto', 'needs_approval')),
    -- So many minutes after it was composed an edition must be approved...
    ADD COLUMN approval_deadline_minutes integer NOT NULL DEFAULT 60
        CHECK (approval_deadline_minutes BETWEEN 1 AND 10080),
    -- ...or this happens.
    ADD COLUMN approval_overdue text NOT NULL DEFAULT 'hold'
        CHECK (approval_overdue IN ('send_anyway', 'skip', 'hold')),
    -- Addresses of editors who are told.
    ADD COLUMN approval_mail_to text[] NOT NULL DEFAULT '{}';

CREATE TABLE edition_approvals (
    edition_id uuid PRIMARY KEY REFERENCES editions (id),
    -- Of the links in mails to editors; a new one makes all of them void.
    nonce uuid NOT NULL,
    -- SHA-256 over content and audience, as editors were told.
    fingerprint bytea NOT NULL,
    requested_at timestamptz NOT NULL,
    deadline_at timestamptz NOT NULL,
    overdue text NOT NULL CHECK (overdue IN ('send_anyway', 'skip', 'hold')),
    mail_to text[] NOT NULL,
    -- The approval in force, and of what.
    approved_at timestamptz,
    approved_by text,
    approved_fingerprint bytea,
    -- When the deadline was acted on: once.
    overdue_at timestamptz,
    CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
    CHECK ((approved_at IS NULL) = (approved_fingerprint IS NULL))
);
CREATE INDEX edition_approvals_open_idx ON edition_approvals (deadline_at) WHERE overdue_at IS NULL;

ALTER TABLE editions DROP CONSTRAINT editions_status_check,
    ADD CONSTRAINT editions_status_check CHECK
        (status IN ('awaiting_approval', 'delivering', 'held', 'paused', 'stopped', 'done', 'skipped')),
    DROP CONSTRAINT editions_skip_reason_check,
    ADD CONSTRAINT editions_skip_reason_check CHECK (skip_reason IN ('no_articles', 'too_few_articles', 'not_approved'));
DROP INDEX editions_open_idx;
CREATE INDEX editions_open_idx ON editions (newsletter_id)
    WHERE status IN ('awaiting_approval', 'delivering', 'held', 'paused');

ALTER TABLE deliveries DROP CONSTRAINT deliveries_kind_check,
    ADD CONSTRAINT deliveries_kind_check CHECK (kind IN ('confirmation', 'already_subscribed', 'test', 'approval')),
    DROP CONSTRAINT deliveries_check,
    ADD CONSTRAINT deliveries_check CHECK ((kind IN ('test', 'approval')) = (test_address IS NOT NULL)),
    DROP CONSTRAINT deliveries_edition_check,
    ADD CONSTRAINT deliveries_edition_check CHECK ((kind IN ('test', 'approval')) = (edition_id IS NOT NULL));

-- A reader who leaves is taken out of an edition that waits, too.
CREATE OR REPLACE FUNCTION cancel_edition_deliveries(readers uuid[], new_status text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM subscriptions s JOIN editions e ON e.newsletter_id = s.newsletter_id
               JOIN edition_deliveries d ON d.edition_id = e.id AND d.subscription_id = s.id
      WHERE s.id = ANY (readers) AND e.status IN ('awaiting_approval', 'delivering', 'held', 'paused')
      ORDER BY d.edition_id, d.subscription_id FOR UPDATE OF d;
    -- A copy that would follow a lost reply is not sent any more; what became of the first stays unknown.
    UPDATE edition_deliveries d
       SET status = CASE WHEN d.status = 'unknown' THEN d.status ELSE new_status END,
           claim_id = NULL, retry_at = NULL, settled_at = coalesce(d.settled_at, now())
      FROM subscriptions s JOIN editions e ON e.newsletter_id = s.newsletter_id
     WHERE s.id = ANY (readers) AND e.status IN ('awaiting_approval', 'delivering', 'held', 'paused')
       AND d.edition_id = e.id AND d.subscription_id = s.id
       AND (d.status IN ('queued', 'claimed', 'deferred') OR d.status = 'unknown' AND d.retry_at IS NOT NULL);
END $$;
