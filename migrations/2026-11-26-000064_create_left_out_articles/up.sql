-- Articles that a newsletter would have sent, had their addresses not been gone. As soon as one is found again it counts as
-- available since left_out_until, for this newsletter only: so it is after the mark of everybody for whom it was left out.
-- Without references: the lock that they take on a newsletter could close a circle of two schedulers, and neither newsletters
-- nor articles are ever deleted.
CREATE TABLE left_out_articles (
    newsletter_id uuid NOT NULL,
    article_id uuid NOT NULL,
    -- The end of the latest window from which it was left out.
    left_out_until timestamptz NOT NULL,
    PRIMARY KEY (newsletter_id, article_id)
);
