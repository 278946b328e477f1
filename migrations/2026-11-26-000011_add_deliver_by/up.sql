-- "In inboxes by": the local time of day, in the zone of the schedule, at which a scheduled edition should have been sent.
ALTER TABLE newsletters
    ADD COLUMN deliver_by text CHECK (deliver_by ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$');

-- When it was first seen that an edition misses its deadline: the alert is given once, whoever sees it.
ALTER TABLE edition_sends ADD COLUMN late_since timestamptz;
