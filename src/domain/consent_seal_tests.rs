//! Seals: no two rows have the same bytes, and only the secret makes one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn keys(secrets: &[&str]) -> EvidenceKeys {
    let secrets: Vec<SecretString> = secrets.iter().map(|text| (*text).into()).collect();
    EvidenceKeys::new(&secrets)
}

/// Texts that are often the same, or the same when put together: the hard case for an encoding.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a\u{0}\u{1}]{0,3}",
        Just(String::from_utf8(vec![1, 0, 0, 0, 0, 0, 0, 0, 1, b'a']).unwrap()),
        any::<String>(),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(0_u8..3, 0..4)
}

prop_compose! {
    fn row()(
        ids in (0_u128..2, 0_u128..2),
        numbers in (0_i32..2, 0_i16..2),
        texts in (text(), text(), text(), text(), text(), text()),
        optional in (option::of(text()), option::of(text()), option::of(text())),
        times in (0_i64..2, option::of(0_i64..2), option::of(0_i64..2)),
        previous_hash in option::of(bytes()),
    ) -> Evidence {
        let (action, source, wording, wording_version, language, address) = texts;
        let (page_url, user_agent, client_address) = optional;
        Evidence {
            id: Uuid::from_u128(ids.0).into(),
            subscription_id: Uuid::from_u128(ids.1).into(),
            number: numbers.0,
            action, source, wording, wording_version, language, page_url, address, user_agent, client_address,
            recorded_at: Moment(times.0),
            sealed_at: times.1.map(Moment),
            obtained_at: times.2.map(Moment),
            key_id: numbers.1,
            previous_hash,
            hash: Vec::new(),
        }
    }
}

/// Reads back what [`row_bytes`] wrote: whatever can be read back is never the same for two rows.
fn read_back(mut rest: &[u8]) -> Vec<Option<Vec<u8>>> {
    let mut fields = Vec::new();
    while let Some((is_there, more)) = rest.split_first() {
        rest = more;
        if *is_there == 0 {
            fields.push(None);
            continue;
        }
        let (length, more) = rest.split_at(8);
        let length = u64::from_be_bytes(length.try_into().unwrap());
        let (field, more) = more.split_at(usize::try_from(length).unwrap());
        fields.push(Some(field.to_vec()));
        rest = more;
    }
    fields
}

proptest! {
    #[test]
    fn two_rows_never_have_the_same_bytes(one in row(), other in row(), of in 0_u128..2, of_other in 0_u128..2) {
        let (of, of_other) = (Uuid::from_u128(of).into(), Uuid::from_u128(of_other).into());
        let is_same = one == other && of == of_other;
        prop_assert_eq!(row_bytes(&one, of) == row_bytes(&other, of_other), is_same);
    }

    #[test]
    fn every_field_can_be_read_back(row in row()) {
        let some = |text: &String| Some(text.as_bytes().to_vec());
        let of = Uuid::from_u128(7);
        let form = if row.obtained_at.is_some() { ROW_WITH_OBTAINED } else { ROW };
        let mut expected = vec![
            Some(form.as_bytes().to_vec()),
            Some(of.as_bytes().to_vec()),
            Some(row.id.as_uuid().as_bytes().to_vec()),
            Some(row.subscription_id.as_uuid().as_bytes().to_vec()),
            Some(row.number.to_be_bytes().to_vec()),
            some(&row.action),
            some(&row.source),
            some(&row.wording),
            some(&row.wording_version),
            some(&row.language),
            row.page_url.as_ref().and_then(some),
            some(&row.address),
            row.user_agent.as_ref().and_then(some),
            row.client_address.as_ref().and_then(some),
            Some(row.recorded_at.0.to_be_bytes().to_vec()),
            row.sealed_at.map(|at| at.0.to_be_bytes().to_vec()),
            Some(row.key_id.to_be_bytes().to_vec()),
            row.previous_hash.clone(),
        ];
        expected.extend(row.obtained_at.map(|at| Some(at.0.to_be_bytes().to_vec())));
        prop_assert_eq!(read_back(&row_bytes(&row, of.into())), expected);
    }

    #[test]
    fn a_time_is_kept_to_the_microsecond(micros in -2_000_000_000_000_000_i64..4_000_000_000_000_000, nanos in 0_i64..1000) {
        let exact = Timestamp::from_microsecond(micros).unwrap();
        let fine = exact.checked_add(jiff::SignedDuration::from_nanos(nanos)).unwrap();
        prop_assert_eq!(Moment::from(fine).timestamp(), Some(exact));
    }
}

#[test]
fn a_time_beyond_all_calendars_is_none() {
    assert_eq!(Moment(i64::MAX).timestamp(), None);
    assert_eq!(Moment(i64::MIN).timestamp(), None);
}

fn sample() -> Evidence {
    Evidence {
        id: Uuid::from_u128(1).into(),
        subscription_id: Uuid::from_u128(2).into(),
        number: 1,
        action: "requested".to_owned(),
        source: "form".to_owned(),
        wording: "Subscribe".to_owned(),
        wording_version: "0123456789ab".to_owned(),
        language: "en".to_owned(),
        page_url: None,
        address: "ada@example.org".to_owned(),
        user_agent: None,
        client_address: None,
        recorded_at: Moment(0),
        obtained_at: None,
        sealed_at: None,
        key_id: 0,
        previous_hash: None,
        hash: Vec::new(),
    }
}

#[test]
fn rows_survive_a_change_of_the_secret_and_say_when_it_is_lost() {
    let of = Uuid::from_u128(3).into();
    let (row, head) = keys(&["old"]).seal_row(sample(), of).unwrap();
    let both = keys(&["new", "old"]);
    assert_eq!(both.check_row(&row, of), Seal::Whole);
    assert_eq!(both.check_head(&head, of), Seal::Whole);
    let (newer, _) = both.seal_row(sample(), of).unwrap();
    assert_ne!((newer.key_id, &newer.hash), (row.key_id, &row.hash));
    assert_eq!(keys(&["new"]).check_row(&row, of), Seal::UnknownKey);
    assert_eq!(
        both.check_row(&row, Uuid::from_u128(4).into()),
        Seal::Broken
    );
    // A head is no row, nor the other way round.
    let mixed = Head {
        seal: row.hash.clone(),
        ..head
    };
    assert_eq!(both.check_head(&mixed, of), Seal::Broken);
}

#[test]
fn keys_are_derived_as_rfc_5869_says() {
    // Its test case 1, of which a key of 32 bytes is the first block.
    let byte = |text: &str| -> Vec<u8> {
        let digits = text.as_bytes().chunks(2);
        digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    };
    let prk = extract(&byte("000102030405060708090a0b0c"), &[0x0b; 22]);
    let key = expand(&prk, &byte("f0f1f2f3f4f5f6f7f8f9"));
    assert_eq!(
        hex(&key),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    );
    let key = Key::derive(&"secret".into());
    assert_ne!(
        key.signing.to_vec(),
        expand(&extract(b"tidings", b"secret"), b"consent chain v1")
    );
}

#[test]
fn anybody_can_check_a_signature_with_the_public_key() {
    let keys = keys(&["secret", "older"]);
    let signed = keys.sign("tidings-consent", br#"{"a":1}"#).unwrap();
    let [current, older] = keys.public_keys().try_into().unwrap();
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let check = |key: &PublicKey, text: &str| {
        let key =
            ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, decode(&key.x));
        key.verify(text.as_bytes(), &decode(&signed.signature))
            .is_ok()
    };
    let text = format!("{}.{}", signed.protected, signed.payload);
    assert!(check(&current, &text));
    assert!(!check(&older, &text) && !check(&current, &format!("{text}A")));
    assert_eq!(decode(&signed.payload), br#"{"a":1}"#);
    let header: serde_json::Value = serde_json::from_slice(&decode(&signed.protected)).unwrap();
    assert_eq!(header["alg"], "EdDSA");
    assert_eq!(header["kid"], current.kid.as_str());
}

#[test]
fn a_thumbprint_is_that_of_rfc_8037() {
    // Appendix A.1 to A.3.
    let seed = URL_SAFE_NO_PAD
        .decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
        .unwrap();
    let key = PublicKey::of(&Ed25519KeyPair::from_seed_unchecked(&seed).unwrap());
    assert_eq!(key.x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    assert_eq!(key.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}
