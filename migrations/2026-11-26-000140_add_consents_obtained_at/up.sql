-- When a consent that the newsroom brings was given: long before its row is written. Sealed with the row.
ALTER TABLE consents ADD COLUMN obtained_at timestamptz;
