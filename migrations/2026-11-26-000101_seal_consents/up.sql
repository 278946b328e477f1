-- The program seals the rows that it finds in the same transaction, just before these statements, because the database does not
-- know the secret: src/store/migrations.rs. Whoever runs this file alone fails here instead of leaving unsealed rows behind.
--
-- Not null at once, against the rule of expanding first: an older server that runs meanwhile is refused what it could not seal,
-- and nothing is ever sealed later that somebody may have slipped in.
ALTER TABLE consents
    ALTER COLUMN number SET NOT NULL,
    ALTER COLUMN address SET NOT NULL,
    ALTER COLUMN key_id SET NOT NULL,
    ALTER COLUMN hash SET NOT NULL,
    -- Two rows that are written at once cannot both follow the same one.
    ADD CONSTRAINT consents_subscription_number_key UNIQUE (subscription_id, number),
    ADD CONSTRAINT consents_first_follows_none CHECK ((number = 1) = (previous_hash IS NULL));
-- The constraint's index finds the rows of a subscription as well.
DROP INDEX consents_subscription_idx;
