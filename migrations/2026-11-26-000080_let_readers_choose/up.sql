-- Readers change their minds: they undo leaving, pause until a day, and read text without pictures.
ALTER TABLE subscriptions
    -- What the reader had when leaving, for as long as that can be undone; NULL when somebody else ended it.
    ADD COLUMN left_as text CHECK (left_as IN ('active', 'paused')),
    -- When a pause ends by itself.
    ADD COLUMN paused_until timestamptz,
    ADD COLUMN is_text_only boolean NOT NULL DEFAULT false,
    -- Each leaving counts one reason at most.
    ADD COLUMN has_given_reason boolean NOT NULL DEFAULT false;
CREATE INDEX subscriptions_resume_idx ON subscriptions (paused_until)
    WHERE status = 'paused' AND paused_until IS NOT NULL;

-- Why readers leave, as counts: nothing in it says who.
CREATE TABLE leave_reasons (
    newsletter_id uuid NOT NULL REFERENCES newsletters (id),
    day date NOT NULL,
    reason text NOT NULL CHECK (reason IN ('too_many', 'not_interesting', 'not_signed_up', 'other')),
    readers integer NOT NULL CHECK (readers > 0),
    PRIMARY KEY (newsletter_id, day, reason)
);

ALTER TABLE consents DROP CONSTRAINT consents_action_check,
    ADD CONSTRAINT consents_action_check CHECK
        (action IN ('requested', 'confirmed', 'withdrawn', 'added', 'changed', 'restored'));

-- Whoever pauses or leaves keeps the mark of that moment: leaving can be undone, and then nothing is lost or repeated. Whoever
-- asks for the newsletter anew waits for confirmation in between, and begins like a new reader.
CREATE OR REPLACE FUNCTION keep_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'active' THEN
        NEW.sent_until := coalesce(OLD.sent_until, common_mark(OLD.newsletter_id, OLD.rhythm_id));
    ELSE
        NEW.sent_until := NULL;
        DELETE FROM missed_deliveries WHERE subscription_id = OLD.id;
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER subscriptions_keep_mark ON subscriptions;
CREATE TRIGGER subscriptions_keep_mark BEFORE UPDATE OF status ON subscriptions
    FOR EACH ROW WHEN (OLD.status = 'active' AND NEW.status IN ('paused', 'unsubscribed')
                       OR OLD.status = 'pending' AND NEW.status = 'active')
    EXECUTE FUNCTION keep_mark();
