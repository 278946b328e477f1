-- Who did what lately, for limits that all servers share: one row for each thing that is counted, such as a network or a
-- mailbox, with the instants of what was let through. Unlogged: a row is worth nothing after its window, at most a day, and
-- the flood that it is there for would else write as much WAL as it likes. After a crash of PostgreSQL, or on a standby that
-- takes over, all counting begins anew; that costs at most one more share of each budget, and mails to one address are also
-- counted in `deliveries`, which is logged.
CREATE UNLOGGED TABLE limit_hits (
    -- What is counted, and a hash of whom: no addresses, neither of mail nor of networks.
    key text PRIMARY KEY,
    -- Oldest first, and never more than the limit allows.
    hits timestamptz[] NOT NULL,
    -- When the newest is out of its window. No index, so that an update stays on its page; the sweep reads the whole table.
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Takes one share of each limit, or of none when one of them is used up; then says which and when it is free again. Keys come
-- sorted, and rows are locked one by one in that order, so that two callers never wait for each other.
CREATE FUNCTION take_hits(keys text[], most integer[], seconds integer[], at timestamptz,
                          OUT blocked_key text, OUT free_at timestamptz) LANGUAGE plpgsql AS $$
DECLARE
    known timestamptz[];
    freed timestamptz;
BEGIN
    FOR i IN 1..coalesce(cardinality(keys), 0) LOOP
        SELECT hits INTO known FROM limit_hits WHERE key = keys[i] FOR UPDATE;
        WHILE NOT FOUND LOOP
            INSERT INTO limit_hits VALUES (keys[i], '{}', at) ON CONFLICT DO NOTHING;
            SELECT hits INTO known FROM limit_hits WHERE key = keys[i] FOR UPDATE;
        END LOOP;
        IF cardinality(known) >= most[i] THEN
            freed := known[cardinality(known) - most[i] + 1] + make_interval(secs => seconds[i]);
            IF freed > at THEN
                blocked_key := coalesce(blocked_key, keys[i]);
                free_at := greatest(free_at, freed);
            END IF;
        END IF;
    END LOOP;
    IF blocked_key IS NULL THEN
        UPDATE limit_hits l
           SET hits = l.hits[greatest(cardinality(l.hits) - w.most + 2, 1):] || at,
               expires_at = greatest(l.expires_at, at + make_interval(secs => w.seconds))
          FROM unnest(keys, most, seconds) AS w (key, most, seconds) WHERE l.key = w.key;
    END IF;
END $$;
