-- Mails that the older version cannot make.
DELETE FROM attempts a USING deliveries d WHERE d.id = a.delivery_id AND d.reader_link_id IS NOT NULL;
DELETE FROM deliveries WHERE reader_link_id IS NOT NULL;
ALTER TABLE deliveries DROP COLUMN reader_link_id,
    DROP CONSTRAINT deliveries_kind_check,
    ADD CONSTRAINT deliveries_kind_check CHECK (kind IN ('confirmation', 'already_subscribed', 'test', 'approval', 'attack'));
DROP TABLE reader_links;
DROP INDEX subscriptions_text_only_idx;
