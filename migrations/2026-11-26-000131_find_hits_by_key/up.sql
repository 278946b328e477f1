-- The table is often young: before it is analyzed for the first time, a plan for a few hundred keys reads all of it, and is kept.
-- Measured with 70,000 rows: a turn took several times as long.
ALTER FUNCTION hold_hits SET enable_seqscan = off;
