DROP TABLE signups;
DROP TABLE subscriptions;
