-- Addresses that must not be written to, with the reason.
CREATE TABLE suppressions (
    address_key text PRIMARY KEY,
    reason text NOT NULL CHECK (reason IN ('hard_bounce', 'complaint', 'manual')),
    created_at timestamptz NOT NULL
);

CREATE FUNCTION cancel_deliveries_of_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE deliveries d
       SET status = 'cancelled', owner = NULL, lease_until = NULL, settled_at = now()
      FROM subscribers s
     WHERE s.address_key = NEW.address_key AND d.subscriber_id = s.id AND d.status IN ('queued', 'claimed');
    RETURN NULL;
END $$;
CREATE TRIGGER suppressions_cancel_deliveries AFTER INSERT ON suppressions
    FOR EACH ROW EXECUTE FUNCTION cancel_deliveries_of_address();
