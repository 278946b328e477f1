-- Confirmed readers of the newsletter "morning", numbered from :first to :last, with ids that ascend as UUIDv7 do.
INSERT INTO subscribers (id, address, address_key, language, created_at)
SELECT ('01a20000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       'reader-' || n || '@example.org', 'reader-' || n || '@example.org', 'en', now()
  FROM generate_series(:first, :last) AS n;
INSERT INTO subscriptions (id, subscriber_id, newsletter_id, status, language, link_nonce, requested_at, confirmed_at)
SELECT ('01a20000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid,
       ('01a20000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       (SELECT id FROM newsletters WHERE slug = 'morning'), 'active', 'en', gen_random_uuid(), now(), now()
  FROM generate_series(:first, :last) AS n;
