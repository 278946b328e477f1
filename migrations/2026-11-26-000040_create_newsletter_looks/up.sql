-- How the mails of a newsletter look and where its editions can be read, where that differs from the settings. A table of
-- its own: a newsletter without a row looks as the publisher does, and choosing articles never reads it.
CREATE TABLE newsletter_looks (
    newsletter_id uuid PRIMARY KEY REFERENCES newsletters (id),
    -- With {lead}, {date}, {newsletter} and {count}; checked when it is saved.
    subject_pattern text NOT NULL,
    archive text NOT NULL CHECK (archive IN ('public', 'unlisted', 'off')),
    -- Empty: as in the settings.
    accent_color text NOT NULL CHECK (accent_color = '' OR accent_color ~ '^#[0-9a-f]{6}$'),
    logo_url text NOT NULL,
    logo_alt text NOT NULL,
    logo_width integer NOT NULL CHECK (logo_width BETWEEN 16 AND 552),
    postal_address text NOT NULL,
    imprint_url text NOT NULL,
    imprint_text text NOT NULL,
    updated_at timestamptz NOT NULL
);

-- What the newsroom should know about how an edition was made, such as that stories were shortened.
ALTER TABLE editions ADD COLUMN warnings text[] NOT NULL DEFAULT '{}';

-- Two more reasons for which nothing is sent: the mail became too large, or a template failed.
ALTER TABLE editions DROP CONSTRAINT editions_skip_reason_check;
ALTER TABLE editions ADD CONSTRAINT editions_skip_reason_check
    CHECK (skip_reason IN ('no_articles', 'too_few_articles', 'not_approved', 'too_large', 'template_error'));
