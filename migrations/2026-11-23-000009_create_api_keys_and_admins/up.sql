-- A key is 256 random bits; its SHA-256 is all that is kept.
CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    secret_sha256 bytea NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);

-- People of the newsroom; passwords are argon2id PHC strings.
CREATE TABLE admins (
    id uuid PRIMARY KEY,
    address text NOT NULL,
    address_key text NOT NULL CONSTRAINT admins_address_key_key UNIQUE,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL
);
