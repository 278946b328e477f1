DROP TABLE consents;
DROP FUNCTION refuse_change();
