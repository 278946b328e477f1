-- Whether each reader of a newsletter may have a feed of their own. No index on deliveries by reader goes with it: a feed
-- looks up the reader in the newest editions, by the key that is there.
ALTER TABLE newsletter_looks ADD COLUMN readers_feed boolean NOT NULL DEFAULT false;
