ALTER TABLE editions DROP CONSTRAINT editions_correction_check;
DROP TABLE correction_notices, correction_editions, corrections, edition_contents;
DELETE FROM missed_deliveries WHERE edition_id IN (SELECT id FROM editions WHERE kind = 'correction');
DELETE FROM edition_approvals WHERE edition_id IN (SELECT id FROM editions WHERE kind = 'correction');
DELETE FROM deliveries WHERE edition_id IN (SELECT id FROM editions WHERE kind = 'correction');
DELETE FROM edition_sends WHERE edition_id IN (SELECT id FROM editions WHERE kind = 'correction');
DELETE FROM edition_deliveries WHERE edition_id IN (SELECT id FROM editions WHERE kind = 'correction');
DELETE FROM editions WHERE kind = 'correction';
ALTER TABLE editions DROP CONSTRAINT editions_kind_check,
    ADD CONSTRAINT editions_kind_check CHECK (kind IN ('scheduled', 'manual'));
ALTER TABLE edition_articles DROP COLUMN frozen, DROP COLUMN from_version, DROP COLUMN until_version;
ALTER TABLE edition_deliveries DROP COLUMN content_version;
ALTER TABLE delivery_claims DROP COLUMN content_version;
ALTER TABLE editions DROP COLUMN content_version;
