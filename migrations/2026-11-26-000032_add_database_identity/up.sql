-- Tells a restored backup from the database that it was taken of: whatever loads a dump makes its tables anew, under
-- other numbers, often on another cluster. One row: what was found when a program last looked.
CREATE TABLE database_identity (
    is_only boolean PRIMARY KEY CHECK (is_only),
    -- The number of this very table.
    table_oid bigint NOT NULL,
    -- The number of the cluster.
    system_identifier bigint NOT NULL
);
INSERT INTO database_identity
SELECT true, 'database_identity'::regclass::oid::bigint, system_identifier FROM pg_control_system();
