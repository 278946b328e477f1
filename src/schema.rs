// Generated from the migrations by `make schema`; a test fails when they differ.

diesel::table! {
    address_checks (article_id) {
        article_id -> Uuid,
        url -> Text,
        checked_at -> Timestamptz,
        outcome -> Text,
        detail -> Text,
    }
}

diesel::table! {
    admins (id) {
        id -> Uuid,
        address -> Text,
        address_key -> Text,
        password_hash -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Uuid,
        name -> Text,
        secret_sha256 -> Bytea,
        created_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    articles (id) {
        id -> Uuid,
        external_id -> Text,
        slug -> Text,
        url -> Text,
        language -> Text,
        section -> Text,
        topics -> Array<Text>,
        title -> Text,
        standfirst -> Text,
        authors -> Array<Text>,
        image_url -> Nullable<Text>,
        image_alt -> Text,
        image_caption -> Text,
        image_credit -> Text,
        body_html -> Text,
        reading_minutes -> Int4,
        status -> Text,
        published_at -> Timestamptz,
        first_seen_at -> Timestamptz,
        updated_at -> Timestamptz,
        publish_at -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        is_pinned -> Bool,
        available_at -> Timestamptz,
        is_back -> Bool,
        language_source -> Text,
    }
}

diesel::table! {
    attacks (id) {
        id -> Uuid,
        began_at -> Timestamptz,
        high_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        is_manual -> Bool,
        reason -> Nullable<Text>,
        window_minutes -> Int4,
        requests -> Int8,
        normal -> Int8,
        threshold -> Int8,
        asked -> Int8,
        confirmed -> Int8,
    }
}

diesel::table! {
    attempts (delivery_id, number) {
        delivery_id -> Uuid,
        number -> Int4,
        outcome -> Text,
        phase -> Text,
        reply_code -> Nullable<Int4>,
        reply_text -> Nullable<Text>,
        started_at -> Timestamptz,
        finished_at -> Timestamptz,
    }
}

diesel::table! {
    consent_heads (subscription_id) {
        subscription_id -> Uuid,
        number -> Int4,
        hash -> Bytea,
        key_id -> Int2,
        seal -> Bytea,
    }
}

diesel::table! {
    consents (id) {
        id -> Uuid,
        subscription_id -> Uuid,
        action -> Text,
        source -> Text,
        wording -> Text,
        wording_version -> Text,
        language -> Text,
        page_url -> Nullable<Text>,
        recorded_at -> Timestamptz,
        number -> Int4,
        address -> Text,
        user_agent -> Nullable<Text>,
        client_address -> Nullable<Text>,
        sealed_at -> Nullable<Timestamptz>,
        key_id -> Int2,
        previous_hash -> Nullable<Bytea>,
        hash -> Bytea,
        obtained_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    correction_editions (correction_id, edition_id) {
        correction_id -> Uuid,
        edition_id -> Uuid,
        from_version -> Int4,
        until_version -> Int4,
        title -> Text,
        outcome -> Text,
        detail -> Nullable<Text>,
    }
}

diesel::table! {
    correction_notices (edition_id) {
        edition_id -> Uuid,
        correction_id -> Uuid,
    }
}

diesel::table! {
    corrections (id) {
        id -> Uuid,
        article_id -> Uuid,
        action -> Text,
        replacement_id -> Nullable<Uuid>,
        reason -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    database_identity (is_only) {
        is_only -> Bool,
        table_oid -> Int8,
        system_identifier -> Int8,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Uuid,
        kind -> Text,
        priority -> Int2,
        edition_id -> Nullable<Uuid>,
        subscriber_id -> Nullable<Uuid>,
        signup_id -> Nullable<Uuid>,
        test_address -> Nullable<Text>,
        status -> Text,
        due_at -> Timestamptz,
        expires_at -> Timestamptz,
        owner -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
        attempt_count -> Int4,
        unknown_count -> Int4,
        created_at -> Timestamptz,
        settled_at -> Nullable<Timestamptz>,
        reply_code -> Nullable<Int4>,
        reply_text -> Nullable<Text>,
        attack_id -> Nullable<Uuid>,
        reader_link_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    delivery_claims (id) {
        id -> Int8,
        edition_id -> Uuid,
        first_id -> Uuid,
        last_id -> Uuid,
        retry_ids -> Nullable<Array<Uuid>>,
        owner -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
        lost_at -> Nullable<Timestamptz>,
        content_version -> Int4,
    }
}

diesel::table! {
    delivery_control (is_only) {
        is_only -> Bool,
        is_paused -> Bool,
        holds_new -> Bool,
        reason -> Nullable<Text>,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    digest_cut (is_only) {
        is_only -> Bool,
        at -> Timestamptz,
    }
}

diesel::table! {
    edition_addresses (edition_id) {
        edition_id -> Uuid,
        newsletter_id -> Uuid,
        address -> Text,
    }
}

diesel::table! {
    edition_approvals (edition_id) {
        edition_id -> Uuid,
        nonce -> Uuid,
        fingerprint -> Bytea,
        requested_at -> Timestamptz,
        deadline_at -> Timestamptz,
        overdue -> Text,
        mail_to -> Array<Text>,
        approved_at -> Nullable<Timestamptz>,
        approved_by -> Nullable<Text>,
        approved_fingerprint -> Nullable<Bytea>,
        overdue_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    edition_articles (edition_id, article_id) {
        edition_id -> Uuid,
        article_id -> Uuid,
        position -> Int4,
        placement -> Text,
        frozen -> Nullable<Jsonb>,
        from_version -> Int4,
        until_version -> Nullable<Int4>,
    }
}

diesel::table! {
    edition_attempts (edition_id, subscription_id, number) {
        edition_id -> Uuid,
        subscription_id -> Uuid,
        number -> Int4,
        outcome -> Text,
        phase -> Text,
        reply_code -> Nullable<Int4>,
        reply_text -> Nullable<Text>,
        finished_at -> Timestamptz,
    }
}

diesel::table! {
    edition_contents (edition_id, version) {
        edition_id -> Uuid,
        version -> Int4,
        subject -> Text,
        preheader -> Text,
        html -> Text,
        plain -> Text,
        web_html -> Text,
        content_sha256 -> Bytea,
        article_count -> Int4,
        replaced_at -> Timestamptz,
    }
}

diesel::table! {
    edition_deliveries (edition_id, subscription_id) {
        edition_id -> Uuid,
        subscription_id -> Uuid,
        claim_id -> Nullable<Int8>,
        retry_at -> Nullable<Timestamptz>,
        settled_at -> Nullable<Timestamptz>,
        attempt_count -> Int2,
        unknown_count -> Int2,
        reply_code -> Nullable<Int2>,
        status -> Text,
        reply_text -> Nullable<Text>,
        content_version -> Int4,
    }
}

diesel::table! {
    edition_sends (edition_id) {
        edition_id -> Uuid,
        not_before -> Timestamptz,
        deadline_at -> Nullable<Timestamptz>,
        expires_at -> Timestamptz,
        unknown_policy -> Text,
        reason -> Nullable<Text>,
        start_barrier -> Nullable<Array<Text>>,
        started_at -> Nullable<Timestamptz>,
        cut_until -> Nullable<Uuid>,
        is_cut -> Bool,
        claimed_at -> Nullable<Timestamptz>,
        late_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    editions (id) {
        id -> Uuid,
        newsletter_id -> Uuid,
        kind -> Text,
        slot -> Timestamp,
        due_at -> Timestamptz,
        window_from -> Timestamptz,
        window_until -> Timestamptz,
        status -> Text,
        skip_reason -> Nullable<Text>,
        subject -> Text,
        preheader -> Text,
        html -> Text,
        plain -> Text,
        web_html -> Text,
        content_sha256 -> Bytea,
        article_count -> Int4,
        recipient_count -> Int4,
        created_at -> Timestamptz,
        completed_at -> Nullable<Timestamptz>,
        warnings -> Array<Text>,
        rhythm_id -> Nullable<Uuid>,
        variant -> Int2,
        content_version -> Int4,
    }
}

diesel::table! {
    erasures (mark) {
        mark -> Bytea,
        reason -> Nullable<Text>,
        erased_at -> Timestamptz,
    }
}

diesel::table! {
    feed_items (feed_id, identity_mark) {
        feed_id -> Uuid,
        identity_mark -> Text,
        identity -> Text,
        title -> Text,
        url -> Nullable<Text>,
        status -> Text,
        detail -> Nullable<Text>,
        content_mark -> Text,
        published_at -> Nullable<Timestamptz>,
        article_id -> Nullable<Uuid>,
        first_seen_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    feeds (id) {
        id -> Uuid,
        url -> Text,
        title -> Text,
        section -> Text,
        topics -> Array<Text>,
        language -> Nullable<Text>,
        status -> Text,
        connected_at -> Timestamptz,
        updated_at -> Timestamptz,
        etag -> Nullable<Text>,
        last_modified -> Nullable<Text>,
        next_fetch_at -> Timestamptz,
        failures -> Int4,
        last_fetch_at -> Nullable<Timestamptz>,
        last_success_at -> Nullable<Timestamptz>,
        last_status -> Nullable<Int4>,
        last_error -> Nullable<Text>,
        claim_id -> Nullable<Uuid>,
        claimed_until -> Nullable<Timestamptz>,
        paging -> Nullable<Jsonb>,
    }
}

diesel::table! {
    hub_subscriptions (id) {
        id -> Uuid,
        feed_id -> Nullable<Uuid>,
        hub_url -> Text,
        topic -> Text,
        nonce -> Uuid,
        wish -> Text,
        asked_at -> Nullable<Timestamptz>,
        lease_ends_at -> Nullable<Timestamptz>,
        act_at -> Timestamptz,
        failures -> Int4,
        last_push_at -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    idempotency_keys (route, key) {
        route -> Text,
        key -> Text,
        request_sha256 -> Text,
        answer -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    leave_reasons (newsletter_id, day, reason) {
        newsletter_id -> Uuid,
        day -> Date,
        reason -> Text,
        readers -> Int4,
    }
}

diesel::table! {
    left_out_articles (newsletter_id, article_id) {
        newsletter_id -> Uuid,
        article_id -> Uuid,
        left_out_until -> Timestamptz,
    }
}

diesel::table! {
    limit_hits (key) {
        key -> Text,
        hits -> Array<Timestamptz>,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    missed_deliveries (subscription_id, edition_id) {
        subscription_id -> Uuid,
        edition_id -> Uuid,
        made_up_in -> Nullable<Uuid>,
    }
}

diesel::table! {
    missed_slots (id) {
        id -> Int8,
        newsletter_id -> Uuid,
        slot -> Timestamp,
        due_at -> Timestamptz,
        reason -> Text,
        policy -> Text,
        outcome -> Text,
        edition_id -> Nullable<Uuid>,
        noticed_at -> Timestamptz,
    }
}

diesel::table! {
    newsletter_looks (newsletter_id) {
        newsletter_id -> Uuid,
        subject_pattern -> Text,
        archive -> Text,
        accent_color -> Text,
        logo_url -> Text,
        logo_alt -> Text,
        logo_width -> Int4,
        postal_address -> Text,
        imprint_url -> Text,
        imprint_text -> Text,
        updated_at -> Timestamptz,
        readers_feed -> Bool,
    }
}

diesel::table! {
    newsletters (id) {
        id -> Uuid,
        slug -> Text,
        title -> Text,
        promise -> Text,
        frequency -> Text,
        language -> Text,
        sender_name -> Text,
        sender_address -> Text,
        schedule_cron -> Text,
        schedule_zone -> Text,
        topics -> Array<Text>,
        min_articles -> Int4,
        max_articles -> Int4,
        status -> Text,
        next_due_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deliver_by -> Nullable<Text>,
        cut_off_minutes -> Int4,
        misfire -> Text,
        paused_at -> Nullable<Timestamptz>,
        pause_reason -> Nullable<Text>,
        approval -> Text,
        approval_deadline_minutes -> Int4,
        approval_overdue -> Text,
        approval_mail_to -> Array<Text>,
        choice -> Jsonb,
        sites -> Array<Text>,
    }
}

diesel::table! {
    purges (id) {
        id -> Uuid,
        purged_at -> Timestamptz,
        since -> Timestamptz,
        until -> Timestamptz,
        subscribers -> Int8,
    }
}

diesel::table! {
    reader_links (id) {
        id -> Uuid,
        subscriber_id -> Uuid,
        kind -> Text,
        nonce -> Uuid,
        language -> Text,
        new_address -> Nullable<Text>,
        new_address_key -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        stopped_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    relay_rates (relay, unit) {
        relay -> Text,
        unit -> Text,
        tokens -> Float8,
        filled_at -> Timestamptz,
    }
}

diesel::table! {
    rhythms (id) {
        id -> Uuid,
        newsletter_id -> Uuid,
        kind -> Text,
        cron -> Text,
        zone -> Text,
        next_due_at -> Nullable<Timestamptz>,
        sent_until -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    scanner_marks (key) {
        key -> Text,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    signup_minutes (minute) {
        minute -> Timestamptz,
        requests -> Int4,
    }
}

diesel::table! {
    signup_openings (signup_id) {
        signup_id -> Uuid,
        opened_at -> Timestamptz,
    }
}

diesel::table! {
    signups (id) {
        id -> Uuid,
        subscriber_id -> Uuid,
        newsletter_ids -> Array<Uuid>,
        nonce -> Uuid,
        language -> Text,
        source_url -> Nullable<Text>,
        requested_at -> Timestamptz,
        expires_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        placement -> Text,
    }
}

diesel::table! {
    subscribers (id) {
        id -> Uuid,
        address -> Text,
        address_key -> Text,
        language -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    subscriptions (id) {
        id -> Uuid,
        subscriber_id -> Uuid,
        newsletter_id -> Uuid,
        status -> Text,
        language -> Text,
        link_nonce -> Uuid,
        requested_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        rhythm_id -> Nullable<Uuid>,
        sent_until -> Nullable<Timestamptz>,
        left_as -> Nullable<Text>,
        paused_until -> Nullable<Timestamptz>,
        is_text_only -> Bool,
        has_given_reason -> Bool,
    }
}

diesel::table! {
    suppressions (address_key) {
        address_key -> Text,
        reason -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    worker_relays (worker_id, relay) {
        worker_id -> Uuid,
        relay -> Text,
        is_available -> Bool,
        connections -> Int4,
        connection_limit -> Int4,
        phase -> Nullable<Text>,
        reply_code -> Nullable<Int4>,
        reply_text -> Nullable<Text>,
        seen_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    address_checks,
    admins,
    api_keys,
    articles,
    attacks,
    attempts,
    consent_heads,
    consents,
    correction_editions,
    correction_notices,
    corrections,
    database_identity,
    deliveries,
    delivery_claims,
    delivery_control,
    digest_cut,
    edition_addresses,
    edition_approvals,
    edition_articles,
    edition_attempts,
    edition_contents,
    edition_deliveries,
    edition_sends,
    editions,
    erasures,
    feed_items,
    feeds,
    hub_subscriptions,
    idempotency_keys,
    leave_reasons,
    left_out_articles,
    limit_hits,
    missed_deliveries,
    missed_slots,
    newsletter_looks,
    newsletters,
    purges,
    reader_links,
    relay_rates,
    rhythms,
    scanner_marks,
    signup_minutes,
    signup_openings,
    signups,
    subscribers,
    subscriptions,
    suppressions,
    worker_relays
);
