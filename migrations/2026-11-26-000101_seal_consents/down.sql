CREATE INDEX consents_subscription_idx ON consents (subscription_id, recorded_at);
ALTER TABLE consents
    DROP CONSTRAINT consents_first_follows_none,
    DROP CONSTRAINT consents_subscription_number_key,
    ALTER COLUMN number DROP NOT NULL,
    ALTER COLUMN address DROP NOT NULL,
    ALTER COLUMN key_id DROP NOT NULL,
    ALTER COLUMN hash DROP NOT NULL;
-- When this migration runs again, it seals all rows anew, and says so.
DELETE FROM consent_heads;
