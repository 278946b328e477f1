DROP TABLE missed_slots;
ALTER TABLE newsletters
    DROP COLUMN pause_reason, DROP COLUMN paused_at, DROP COLUMN misfire, DROP COLUMN cut_off_minutes;
