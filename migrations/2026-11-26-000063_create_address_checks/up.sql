-- What the address of an article answered when it was last asked, for newsletters that leave out what is gone. A table of its
-- own, so that a check changes no article. Without a reference: a check must not wait for whoever stores the article, and articles
-- are never deleted.
CREATE TABLE address_checks (
    article_id uuid PRIMARY KEY,
    -- What was asked: when the article has another address since, this says nothing about it.
    url text NOT NULL,
    checked_at timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('found', 'gone', 'unclear')),
    -- What is told of it; empty when it was found.
    detail text NOT NULL
);
