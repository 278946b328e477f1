UPDATE editions SET skip_reason = 'too_few_articles' WHERE skip_reason IN ('too_large', 'template_error');
ALTER TABLE editions DROP CONSTRAINT editions_skip_reason_check;
ALTER TABLE editions ADD CONSTRAINT editions_skip_reason_check CHECK (skip_reason IN ('no_articles', 'too_few_articles', 'not_approved'));
ALTER TABLE editions DROP COLUMN warnings;
DROP TABLE newsletter_looks;
