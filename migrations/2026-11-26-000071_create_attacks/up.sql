-- A time in which sign-ups come from machines: as long as one is open, each sign-up needs a proof of work.
CREATE TABLE attacks (
    id uuid PRIMARY KEY,
    began_at timestamptz NOT NULL,
    -- When the rate was last above half of the threshold; an attack that nobody declared is over some time after that.
    high_at timestamptz NOT NULL,
    ended_at timestamptz,
    -- Declared by a person: only a person ends it.
    is_manual boolean NOT NULL,
    reason text,
    -- What was seen when it began: requests in a window of so many minutes, what is normal, from where on it is an attack, mails that were
    -- sent, and how many of those were confirmed.
    window_minutes integer NOT NULL,
    requests bigint NOT NULL,
    normal bigint NOT NULL,
    threshold bigint NOT NULL,
    asked bigint NOT NULL,
    confirmed bigint NOT NULL
);
CREATE UNIQUE INDEX attacks_open_key ON attacks ((true)) WHERE ended_at IS NULL;

-- How many asked to sign up in each minute, also those that were refused. Unlogged: a crash costs what is known of the normal
-- rate, and the threshold falls back to its floor.
CREATE UNLOGGED TABLE signup_minutes (
    minute timestamptz PRIMARY KEY,
    requests integer NOT NULL
) WITH (fillfactor = 50);

-- What was removed after an attack: counts only, as a record that it was done.
CREATE TABLE purges (
    id uuid PRIMARY KEY,
    purged_at timestamptz NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    subscribers bigint NOT NULL,
    CHECK (since <= until)
);

-- One step at the door of sign-up: is there an attack, and is the caller within its limits.
CREATE FUNCTION pass_door(keys text[], most integer[], seconds integer[], at timestamptz, has_proof boolean,
                          calm_seconds integer, OUT is_attack boolean, OUT blocked_key text, OUT free_at timestamptz,
                          OUT in_minute integer) LANGUAGE plpgsql AS $$
BEGIN
    is_attack := EXISTS (SELECT 1 FROM attacks a WHERE a.ended_at IS NULL
                            AND (a.is_manual OR a.high_at > at - make_interval(secs => calm_seconds)));
    -- Who brings no proof takes nothing from those who do.
    IF has_proof OR NOT is_attack THEN
        SELECT t.blocked_key, t.free_at INTO blocked_key, free_at FROM take_hits(keys, most, seconds, at) t;
    END IF;
    INSERT INTO signup_minutes AS m VALUES (date_trunc('minute', at), 1)
        ON CONFLICT (minute) DO UPDATE SET requests = m.requests + 1 RETURNING m.requests INTO in_minute;
END $$;

-- The alert to the owner is a single mail to the newsroom.
ALTER TABLE deliveries ADD COLUMN attack_id uuid REFERENCES attacks (id),
    DROP CONSTRAINT deliveries_kind_check,
    ADD CONSTRAINT deliveries_kind_check CHECK
        (kind IN ('confirmation', 'already_subscribed', 'test', 'approval', 'attack')),
    DROP CONSTRAINT deliveries_check,
    ADD CONSTRAINT deliveries_check CHECK ((kind IN ('test', 'approval', 'attack')) = (test_address IS NOT NULL)),
    ADD CONSTRAINT deliveries_attack_check CHECK ((kind = 'attack') = (attack_id IS NOT NULL));

-- How many of the newest sign-ups were confirmed; and removing sign-ups looks for mails about them.
CREATE INDEX signups_requested_idx ON signups (requested_at);
CREATE INDEX deliveries_signup_idx ON deliveries (signup_id) WHERE signup_id IS NOT NULL;
CREATE INDEX subscribers_created_idx ON subscribers (created_at);
