DROP FUNCTION take_hits(text[], integer[], integer[], timestamptz);
DROP TABLE limit_hits;
