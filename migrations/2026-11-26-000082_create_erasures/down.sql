DROP FUNCTION erase_subscriber(uuid);
DROP TABLE erasures;
