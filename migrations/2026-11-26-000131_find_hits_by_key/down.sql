ALTER FUNCTION hold_hits RESET enable_seqscan;
