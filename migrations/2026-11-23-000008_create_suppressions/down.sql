DROP TABLE suppressions;
DROP FUNCTION cancel_deliveries_of_address();
