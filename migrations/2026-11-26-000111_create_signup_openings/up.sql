-- When the page behind the link of a confirmation mail was first opened, by anybody who is not known for a machine. A table of
-- its own, because looking writes it: no row that says what a reader gets is touched by a GET. No network, no browser, nothing
-- else of whoever came, and it goes with its sign-up.
CREATE TABLE signup_openings (
    signup_id uuid PRIMARY KEY REFERENCES signups (id) ON DELETE CASCADE,
    opened_at timestamptz NOT NULL
);
