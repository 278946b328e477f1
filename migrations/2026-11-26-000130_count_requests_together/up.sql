-- Sign-ups that wait at the same time share a transaction, and what counts them is one statement for all.

-- Locks what several callers count, in the one order of all, so that two statements never wait for each other.
CREATE FUNCTION hold_hits(keys text[], at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO limit_hits SELECT DISTINCT k, '{}'::timestamptz[], at FROM unnest(keys) k ORDER BY k ON CONFLICT DO NOTHING;
    PERFORM 1 FROM limit_hits WHERE key = ANY (keys) ORDER BY key FOR UPDATE;
END $$;

-- take_hits for several callers, one after the other; the first `lengths[1]` limits are those of the first of them.
CREATE FUNCTION take_hits_each(lengths integer[], keys text[], most integer[], seconds integer[], at timestamptz)
    RETURNS TABLE (free_at timestamptz) LANGUAGE plpgsql AS $$
DECLARE
    a integer := 1;
    z integer;
BEGIN
    IF cardinality(lengths) > 1 THEN
        PERFORM hold_hits(keys, at);
    END IF;
    FOR i IN 1..cardinality(lengths) LOOP
        z := a + lengths[i] - 1;
        SELECT t.free_at INTO free_at FROM take_hits(keys[a:z], most[a:z], seconds[a:z], at) t;
        RETURN NEXT;
        a := z + 1;
    END LOOP;
END $$;

-- pass_door for several callers, one after the other. A gate is a limit that is only looked at: used up, it is closed to those
-- without proof.
CREATE FUNCTION pass_door_each(lengths integer[], keys text[], most integer[], seconds integer[],
                               gates text[], gate_most integer[], gate_seconds integer[],
                               at timestamptz, have_proofs boolean[], calm_seconds integer)
    RETURNS TABLE (is_attack boolean, blocked_key text, free_at timestamptz, opens_at timestamptz, in_minute integer)
    LANGUAGE plpgsql AS $$
DECLARE
    a integer := 1;
    z integer;
    callers integer := cardinality(lengths);
    before integer;
    known timestamptz[];
BEGIN
    is_attack := EXISTS (SELECT 1 FROM attacks t WHERE t.ended_at IS NULL
                            AND (t.is_manual OR t.high_at > at - make_interval(secs => calm_seconds)));
    PERFORM hold_hits(keys, at);
    INSERT INTO signup_minutes AS m VALUES (date_trunc('minute', at), callers)
        ON CONFLICT (minute) DO UPDATE SET requests = m.requests + callers RETURNING m.requests - callers INTO before;
    FOR i IN 1..callers LOOP
        z := a + lengths[i] - 1;
        blocked_key := NULL;
        free_at := NULL;
        opens_at := NULL;
        IF gates[i] IS NOT NULL THEN
            SELECT hits INTO known FROM limit_hits WHERE key = gates[i];
            -- No row, and NULL, for what nobody has used yet.
            opens_at := known[cardinality(known) - gate_most[i] + 1] + make_interval(secs => gate_seconds[i]);
            IF opens_at <= at THEN
                opens_at := NULL;
            END IF;
        END IF;
        -- Who brings no proof takes nothing from those who do.
        IF opens_at IS NULL AND (have_proofs[i] OR NOT is_attack) THEN
            SELECT t.blocked_key, t.free_at INTO blocked_key, free_at
              FROM take_hits(keys[a:z], most[a:z], seconds[a:z], at) t;
        END IF;
        in_minute := before + i;
        RETURN NEXT;
        a := z + 1;
    END LOOP;
END $$;
DROP FUNCTION pass_door(text[], integer[], integer[], timestamptz, boolean, integer);
