-- A newsletter is a recurring product: title, sender, language and the schedule of its editions.
CREATE TABLE newsletters (
    id uuid PRIMARY KEY,
    slug text NOT NULL CONSTRAINT newsletters_slug_key UNIQUE,
    title text NOT NULL,
    promise text NOT NULL,
    -- The rhythm in words that readers see, such as "weekdays at 7 am"; empty when not told.
    frequency text NOT NULL,
    language text NOT NULL,
    sender_name text NOT NULL,
    sender_address text NOT NULL,
    schedule_cron text NOT NULL,
    schedule_zone text NOT NULL,
    -- Empty means every topic.
    topics text[] NOT NULL,
    min_articles integer NOT NULL CHECK (min_articles >= 1),
    max_articles integer NOT NULL CHECK (max_articles >= min_articles),
    status text NOT NULL CHECK (status IN ('active', 'retired')),
    -- The next slot as an instant; NULL while nothing is scheduled.
    next_due_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX newsletters_due_idx ON newsletters (next_due_at) WHERE status = 'active';
