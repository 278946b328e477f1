ALTER TABLE newsletter_looks DROP COLUMN readers_feed;
