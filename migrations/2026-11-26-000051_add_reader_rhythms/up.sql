-- What a reader gets is decided by what this reader was last sent, and not by the calendar.
--
-- A rhythm of its own that readers of a newsletter chose: a schedule, or as soon as something is published. Readers without
-- one follow the newsletter's schedule.
CREATE TABLE rhythms (
    id uuid PRIMARY KEY,
    newsletter_id uuid NOT NULL REFERENCES newsletters (id),
    kind text NOT NULL CHECK (kind IN ('scheduled', 'as_published')),
    cron text NOT NULL,
    zone text NOT NULL,
    -- The next slot; NULL for those that go by publication.
    next_due_at timestamptz,
    -- The mark of its readers: they had what was available before.
    sent_until timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT rhythms_schedule_key UNIQUE (newsletter_id, kind, cron, zone),
    CHECK ((kind = 'as_published') = (next_due_at IS NULL))
);
CREATE INDEX rhythms_due_idx ON rhythms (next_due_at) WHERE next_due_at IS NOT NULL;

ALTER TABLE subscriptions
    ADD COLUMN rhythm_id uuid REFERENCES rhythms (id),
    -- The reader's own mark; NULL: that of all who have the same rhythm. So an edition to a million readers writes no
    -- million marks, and only those who were away have one.
    ADD COLUMN sent_until timestamptz;
CREATE INDEX subscriptions_marked_idx ON subscriptions (newsletter_id) WHERE sent_until IS NOT NULL;
CREATE INDEX subscriptions_rhythm_idx ON subscriptions (rhythm_id) WHERE rhythm_id IS NOT NULL;

-- One slot has one edition for each rhythm, and one more for each distinct selection: variant 0 is that of the common mark.
ALTER TABLE editions ADD COLUMN rhythm_id uuid REFERENCES rhythms (id),
    ADD COLUMN variant smallint NOT NULL DEFAULT 0,
    DROP CONSTRAINT editions_newsletter_slot_key;
ALTER TABLE editions ALTER COLUMN variant DROP DEFAULT;
CREATE UNIQUE INDEX editions_slot_key ON editions
    (newsletter_id, slot, coalesce(rhythm_id, '00000000-0000-0000-0000-000000000000'), variant);
DROP INDEX editions_latest_idx;
CREATE INDEX editions_latest_idx ON editions (newsletter_id, due_at DESC)
    WHERE status <> 'skipped' AND rhythm_id IS NULL AND variant = 0;

-- Readers who did not get an edition that was meant for them; its articles are in the next one that they get.
CREATE TABLE missed_deliveries (
    subscription_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    -- The edition that made up for it.
    made_up_in uuid,
    PRIMARY KEY (subscription_id, edition_id)
);
CREATE INDEX missed_deliveries_open_idx ON missed_deliveries (edition_id) WHERE made_up_in IS NULL;

CREATE FUNCTION note_missed_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO missed_deliveries (subscription_id, edition_id) VALUES (NEW.subscription_id, NEW.edition_id)
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER edition_deliveries_missed AFTER UPDATE OF status ON edition_deliveries
    FOR EACH ROW WHEN (NEW.status IN ('bounced', 'expired', 'suppressed', 'cancelled')
                       AND OLD.status NOT IN ('bounced', 'expired', 'suppressed', 'cancelled'))
    EXECUTE FUNCTION note_missed_delivery();
-- It is sent after all: to nobody whom a later edition made up for it.
CREATE FUNCTION forget_missed_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM missed_deliveries
     WHERE subscription_id = NEW.subscription_id AND edition_id = NEW.edition_id AND made_up_in IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER edition_deliveries_again AFTER UPDATE OF status ON edition_deliveries
    FOR EACH ROW WHEN (OLD.status IN ('bounced', 'expired', 'suppressed', 'cancelled')
                       AND NEW.status NOT IN ('bounced', 'expired', 'suppressed', 'cancelled'))
    EXECUTE FUNCTION forget_missed_delivery();

-- The mark of all who have this rhythm. Before the first edition it lies before everything.
CREATE FUNCTION common_mark(newsletter uuid, rhythm uuid) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT sent_until FROM rhythms WHERE id = rhythm),
        (SELECT max(window_until) FROM editions
          WHERE newsletter_id = newsletter AND rhythm_id IS NULL AND variant = 0 AND status <> 'skipped'),
        '1970-01-01T00:00:00Z')
$$;

-- Whoever pauses keeps the mark of that moment; whoever comes back after leaving begins like a new reader.
CREATE FUNCTION keep_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'paused' THEN
        NEW.sent_until := coalesce(OLD.sent_until, common_mark(OLD.newsletter_id, OLD.rhythm_id));
    ELSE
        NEW.sent_until := NULL;
        DELETE FROM missed_deliveries WHERE subscription_id = OLD.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER subscriptions_keep_mark BEFORE UPDATE OF status ON subscriptions
    FOR EACH ROW WHEN (OLD.status = 'active' AND NEW.status = 'paused'
                       OR OLD.status IN ('pending', 'unsubscribed') AND NEW.status = 'active')
    EXECUTE FUNCTION keep_mark();
