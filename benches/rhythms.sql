-- Three newsletters in three languages, each with readers of five rhythms, all due now.
INSERT INTO newsletters
SELECT r.* FROM newsletters n, (VALUES ('morgen', 'de'), ('matin', 'fr')) AS l (slug, language),
       LATERAL jsonb_populate_record(n, jsonb_build_object('id', gen_random_uuid(), 'slug', l.slug, 'language', l.language)) r
 WHERE n.slug = 'morning';
UPDATE newsletters SET schedule_cron = '* * * * *', next_due_at = date_trunc('minute', now());
UPDATE articles a SET language = (ARRAY['en', 'de', 'fr'])[1 + x.number % 3], available_at = now() - interval '1 hour'
  FROM (SELECT id, row_number() OVER (ORDER BY id)::int AS number FROM articles) x WHERE x.id = a.id;
INSERT INTO rhythms (id, newsletter_id, kind, cron, zone, next_due_at, sent_until, created_at)
SELECT gen_random_uuid(), n.id, 'scheduled', c.cron, 'UTC', date_trunc('minute', now()), now() - interval '1 day', now()
  FROM newsletters n, (VALUES ('* * * * *'), ('*/1 * * * *'), ('0-59 * * * *'), ('* */1 * * *')) AS c (cron);
WITH n AS (SELECT id, row_number() OVER (ORDER BY slug) - 1 AS number FROM newsletters),
     r AS (SELECT id, newsletter_id, row_number() OVER (PARTITION BY newsletter_id ORDER BY id) AS number FROM rhythms),
     s AS (SELECT id, row_number() OVER (ORDER BY id) AS number FROM subscriptions)
UPDATE subscriptions t SET newsletter_id = n.id, rhythm_id = r.id
  FROM s JOIN n ON n.number = s.number % 3
  LEFT JOIN r ON r.newsletter_id = n.id AND r.number = (s.number / 3) % 5
 WHERE s.id = t.id;
VACUUM ANALYZE;
