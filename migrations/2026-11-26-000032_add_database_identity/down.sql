DROP FUNCTION cluster_number();
DROP TABLE database_identity;
