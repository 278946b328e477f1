-- One person's address. `address_key` is the case-folded form that makes two spellings one person.
CREATE TABLE subscribers (
    id uuid PRIMARY KEY,
    address text NOT NULL,
    address_key text NOT NULL CONSTRAINT subscribers_address_key_key UNIQUE,
    language text NOT NULL,
    created_at timestamptz NOT NULL
);
