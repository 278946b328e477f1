-- Answers to requests with an Idempotency-Key, kept for a day: a client that lost the answer asks again and gets it.
CREATE TABLE idempotency_keys (
    route text NOT NULL,
    key text NOT NULL,
    request_sha256 text NOT NULL,
    -- NULL while the request is under way.
    answer text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (route, key)
);
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys (created_at);
