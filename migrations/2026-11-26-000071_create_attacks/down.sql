DROP INDEX subscribers_created_idx;
DROP INDEX deliveries_signup_idx;
DROP INDEX signups_requested_idx;
DELETE FROM attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE kind = 'attack');
DELETE FROM deliveries WHERE kind = 'attack';
ALTER TABLE deliveries DROP COLUMN attack_id,
    DROP CONSTRAINT deliveries_kind_check,
    ADD CONSTRAINT deliveries_kind_check CHECK (kind IN ('confirmation', 'already_subscribed', 'test', 'approval')),
    DROP CONSTRAINT deliveries_check,
    ADD CONSTRAINT deliveries_check CHECK ((kind IN ('test', 'approval')) = (test_address IS NOT NULL));
DROP FUNCTION pass_door(text[], integer[], integer[], timestamptz, boolean, integer);
DROP TABLE purges;
DROP TABLE signup_minutes;
DROP TABLE attacks;
