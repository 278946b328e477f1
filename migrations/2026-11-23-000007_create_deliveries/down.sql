DROP TRIGGER subscriptions_cancel_deliveries ON subscriptions;
DROP FUNCTION cancel_deliveries_of_subscription();
DROP TABLE attempts;
DROP TABLE deliveries;
