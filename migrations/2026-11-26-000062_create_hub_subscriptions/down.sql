DROP TABLE hub_subscriptions;
