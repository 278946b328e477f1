-- Tells a restored backup from the database that it was taken of: whatever loads a dump makes its tables anew, under
-- other numbers, often on another cluster. One row: what was found when a program last looked.
CREATE TABLE database_identity (
    is_only boolean PRIMARY KEY CHECK (is_only),
    -- The number of this very table.
    table_oid bigint NOT NULL,
    -- The number of the cluster.
    system_identifier bigint NOT NULL
);

-- Everybody may ask for it, unless a provider forbids it; then the number of the table has to do.
CREATE FUNCTION cluster_number() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT system_identifier FROM pg_catalog.pg_control_system());
EXCEPTION WHEN insufficient_privilege OR undefined_function THEN
    RETURN 0;
END $$;

INSERT INTO database_identity VALUES (true, 'database_identity'::regclass::oid::bigint, cluster_number());
