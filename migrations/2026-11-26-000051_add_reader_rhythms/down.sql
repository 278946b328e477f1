DROP TRIGGER subscriptions_keep_mark ON subscriptions;
DROP FUNCTION keep_mark();
DROP FUNCTION common_mark(uuid, uuid);
DROP TRIGGER edition_deliveries_again ON edition_deliveries;
DROP FUNCTION forget_missed_delivery();
DROP TRIGGER edition_deliveries_missed ON edition_deliveries;
DROP FUNCTION note_missed_delivery();
DROP TABLE missed_deliveries;
-- Editions of readers' own rhythms, and further selections of one slot, have no place in the older schema; each slot keeps one.
CREATE TEMPORARY TABLE dropped ON COMMIT DROP AS
    SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY newsletter_id, slot
                                                  ORDER BY rhythm_id NULLS FIRST, variant) AS number FROM editions) e
     WHERE number > 1;
DELETE FROM delivery_claims WHERE edition_id IN (SELECT id FROM dropped);
DELETE FROM edition_attempts WHERE edition_id IN (SELECT id FROM dropped);
DELETE FROM edition_deliveries WHERE edition_id IN (SELECT id FROM dropped);
DELETE FROM edition_sends WHERE edition_id IN (SELECT id FROM dropped);
DELETE FROM edition_articles WHERE edition_id IN (SELECT id FROM dropped);
DELETE FROM attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE edition_id IN (SELECT id FROM dropped));
DELETE FROM deliveries WHERE edition_id IN (SELECT id FROM dropped);
DELETE FROM editions WHERE id IN (SELECT id FROM dropped);
DROP INDEX editions_latest_idx, editions_slot_key;
ALTER TABLE editions DROP COLUMN rhythm_id, DROP COLUMN variant,
    ADD CONSTRAINT editions_newsletter_slot_key UNIQUE (newsletter_id, slot);
CREATE INDEX editions_latest_idx ON editions (newsletter_id, due_at DESC) WHERE status <> 'skipped';
ALTER TABLE subscriptions DROP COLUMN rhythm_id, DROP COLUMN sent_until;
DROP TABLE rhythms;
