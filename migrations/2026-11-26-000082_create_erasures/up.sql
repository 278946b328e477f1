-- Addresses whose readers had everything deleted. What stays is a keyed hash: without the server's secret nobody can try out
-- addresses on it. It goes when its reader confirms a new sign-up.
CREATE TABLE erasures (
    mark bytea PRIMARY KEY CHECK (octet_length(mark) = 32),
    -- Why nothing may be sent to the address at all, if that was so.
    reason text CHECK (reason IN ('hard_bounce', 'complaint', 'manual')),
    erased_at timestamptz NOT NULL
);

-- Nothing of a reader may stay behind in words of mail servers, which often repeat the address.
CREATE FUNCTION erase_subscriber(erased uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    readers uuid[] := ARRAY(SELECT id FROM subscriptions WHERE subscriber_id = erased);
    own_key text := (SELECT address_key FROM subscribers WHERE id = erased);
    links uuid[] := ARRAY(SELECT id FROM reader_links WHERE subscriber_id = erased OR new_address_key = own_key);
BEGIN
    PERFORM cancel_edition_deliveries(readers, 'cancelled');
    UPDATE edition_deliveries d SET reply_text = NULL
      FROM subscriptions s JOIN editions e ON e.newsletter_id = s.newsletter_id
     WHERE s.id = ANY (readers) AND d.edition_id = e.id AND d.subscription_id = s.id AND d.reply_text IS NOT NULL;
    UPDATE edition_attempts a SET reply_text = NULL
      FROM subscriptions s JOIN editions e ON e.newsletter_id = s.newsletter_id
     WHERE s.id = ANY (readers) AND a.edition_id = e.id AND a.subscription_id = s.id AND a.reply_text IS NOT NULL;
    DELETE FROM attempts a USING deliveries d
     WHERE d.id = a.delivery_id
       AND (d.subscriber_id = erased OR d.reader_link_id = ANY (links)
            OR d.kind = 'test' AND lower(d.test_address) = own_key);
    DELETE FROM deliveries
     WHERE subscriber_id = erased OR reader_link_id = ANY (links)
        OR kind = 'test' AND lower(test_address) = own_key;
    DELETE FROM reader_links WHERE id = ANY (links);
    DELETE FROM signups WHERE subscriber_id = erased;
    DELETE FROM consents WHERE subscription_id = ANY (readers);
    DELETE FROM subscriptions WHERE id = ANY (readers);
    DELETE FROM subscribers WHERE id = erased;
    DELETE FROM suppressions WHERE address_key = own_key;
    -- Cancelling the editions' rows has noted them as missed.
    DELETE FROM missed_deliveries WHERE subscription_id = ANY (readers);
END $$;
