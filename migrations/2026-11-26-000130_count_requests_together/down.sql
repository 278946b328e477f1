DROP FUNCTION pass_door_each(integer[], text[], integer[], integer[], text[], integer[], integer[], timestamptz, boolean[], integer);
DROP FUNCTION take_hits_each(integer[], text[], integer[], integer[], timestamptz);
DROP FUNCTION hold_hits(text[], timestamptz);
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
