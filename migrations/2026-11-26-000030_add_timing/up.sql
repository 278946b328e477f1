-- When an edition is composed, what becomes of a slot that was missed, and a newsletter that pauses.
ALTER TABLE newsletters
    -- Composed so many minutes before the slot, with what was first seen until then; sent at the slot.
    ADD COLUMN cut_off_minutes integer NOT NULL DEFAULT 0 CHECK (cut_off_minutes BETWEEN 0 AND 1440),
    -- `skip`, `merge_into_next`, `send_within` (until the next slot) or `send_within:90m`.
    ADD COLUMN misfire text NOT NULL DEFAULT 'send_within'
        CHECK (misfire ~ '^(skip|merge_into_next|send_within(:[1-9][0-9]*m)?)$'),
    -- Since when it pauses; NULL while it does not.
    ADD COLUMN paused_at timestamptz,
    ADD COLUMN pause_reason text,
    ADD CONSTRAINT newsletters_pause_reason_check CHECK (pause_reason IS NULL OR paused_at IS NOT NULL);

-- Slots of which no edition was made in time: the record that nothing was passed over in silence.
CREATE TABLE missed_slots (
    -- In the order of being noticed.
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    newsletter_id uuid NOT NULL REFERENCES newsletters (id),
    -- The local date-time, as in `editions`.
    slot timestamp NOT NULL,
    due_at timestamptz NOT NULL,
    reason text NOT NULL CHECK (reason IN ('late', 'paused')),
    -- The misfire policy that was in force.
    policy text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('sent_late', 'merged', 'skipped', 'empty')),
    -- The edition that was sent late for it, or that took over its articles; NULL until there is one.
    edition_id uuid REFERENCES editions (id),
    noticed_at timestamptz NOT NULL,
    CONSTRAINT missed_slots_newsletter_slot_key UNIQUE (newsletter_id, slot)
);
CREATE INDEX missed_slots_open_idx ON missed_slots (newsletter_id) WHERE edition_id IS NULL AND outcome <> 'empty';
