-- Machines that fetched the link of a mail which no person sees: their networks, and the sign-ups of those mails, for some
-- minutes. Unlogged, like `limit_hits`: a mark that a crash loses costs an opening that is counted, and no more.
CREATE UNLOGGED TABLE scanner_marks (
    -- A keyed hash: no address of a network, and no sign-up.
    key text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
