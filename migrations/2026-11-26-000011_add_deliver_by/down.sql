ALTER TABLE edition_sends DROP COLUMN late_since;
ALTER TABLE newsletters DROP COLUMN deliver_by;
