-- Under which name an edition stands in the archive of its newsletter: 2026-01-06-bridge-reopens. A table of its own: an
-- address stays what it is, whatever becomes of the subject, and composing and sending never read it.
CREATE TABLE edition_addresses (
    edition_id uuid PRIMARY KEY REFERENCES editions (id) ON DELETE CASCADE,
    newsletter_id uuid NOT NULL REFERENCES newsletters (id),
    address text NOT NULL CHECK (address ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}-[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT edition_addresses_address_key UNIQUE (newsletter_id, address)
);

-- Editions from before have date and number: how letters become those of an address is told in the program, not in SQL.
INSERT INTO edition_addresses (edition_id, newsletter_id, address)
SELECT id, newsletter_id,
       to_char(slot, 'YYYY-MM-DD-') || row_number() OVER (PARTITION BY newsletter_id ORDER BY id)
  FROM editions
 WHERE subject <> '';
