-- Who agreed to which wording, when and on which page. Evidence: rows are added, never changed.
CREATE TABLE consents (
    id uuid PRIMARY KEY,
    subscription_id uuid NOT NULL REFERENCES subscriptions (id),
    action text NOT NULL CHECK (action IN ('requested', 'confirmed', 'withdrawn', 'added')),
    -- Where it came from: form, json, confirm_page, unsubscribe_page, one_click, api, demo.
    source text NOT NULL,
    wording text NOT NULL,
    wording_version text NOT NULL,
    language text NOT NULL,
    page_url text,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX consents_subscription_idx ON consents (subscription_id, recorded_at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are evidence and are never changed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER consents_are_append_only BEFORE UPDATE ON consents
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
