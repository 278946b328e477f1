//! Proof of work: a riddle that costs a browser a second and a machine with many addresses as much for each.
//!
//! The wire format is that of ALTCHA, version 1 of the protocol, which its widget speaks up to 2.x: find the number whose
//! SHA-256 behind the salt is the challenge. The server keeps nothing: salt and challenge are signed, the salt says until when
//! they are good and for what, and who counts what was used is the caller, by [`Proof::mark`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::fingerprint::fingerprint;
use super::link_token::LinkKeys;

/// The only algorithm: browsers have it built in.
const ALGORITHM: &str = "SHA-256";

/// What the signature is of.
const LABEL: &str = "proof of work";

/// What a proof is good for; in the salt, so that it is signed.
const PURPOSE: &str = "signup";

/// The longest payload that is looked at, in bytes; ours have some 300.
const MAX_PAYLOAD_BYTES: usize = 2_048;

/// A riddle, as ALTCHA writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Challenge {
    /// Always `SHA-256`.
    pub algorithm: &'static str,
    /// The hash to be found, as hexadecimal digits.
    pub challenge: String,
    /// The number is not larger.
    pub maxnumber: u32,
    /// What stands before the number.
    pub salt: String,
    /// Ours, over the challenge.
    pub signature: String,
}

impl Challenge {
    /// A riddle from 16 random bytes; takes `max_number` / 2 hashes on average, and is good for `lifetime`.
    #[must_use]
    pub fn new(
        keys: &LinkKeys,
        random: [u8; 16],
        max_number: u32,
        now: Timestamp,
        lifetime: SignedDuration,
    ) -> Self {
        let [a, b, c, d, rest @ ..] = random;
        let number = u32::from_le_bytes([a, b, c, d]) % max_number.saturating_add(1).max(1);
        let expires = now.saturating_add(lifetime).unwrap_or(now).as_second();
        // The sign at the end keeps digits from wandering between salt and number.
        let salt = format!(
            "{}?expires={expires}&for={PURPOSE}&",
            fingerprint(&rest, 24)
        );
        let challenge = fingerprint(format!("{salt}{number}").as_bytes(), 64);
        Self {
            algorithm: ALGORITHM,
            signature: keys.sign(LABEL, &challenge),
            challenge,
            maxnumber: max_number,
            salt,
        }
    }
}

/// A solution that is right, in time and ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    challenge: String,
}

#[derive(Deserialize)]
struct Payload {
    algorithm: String,
    challenge: String,
    number: u64,
    salt: String,
    signature: String,
}

impl Proof {
    /// Looks at what a client sends: base64 of JSON. `None` when it is wrong in whatever way, or too late.
    #[must_use]
    pub fn check(text: &str, keys: &LinkKeys, now: Timestamp) -> Option<Self> {
        if text.is_empty() || text.len() > MAX_PAYLOAD_BYTES {
            return None;
        }
        let payload: Payload = serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()?;
        let solved = fingerprint(format!("{}{}", payload.salt, payload.number).as_bytes(), 64);
        let is_ours = payload.algorithm == ALGORITHM
            && payload.salt.ends_with('&')
            && solved == payload.challenge
            && keys.is_signed(LABEL, &payload.challenge, &payload.signature);
        let (_, parameters) = payload.salt.split_once('?')?;
        let parameter = |wanted: &str| {
            url::form_urlencoded::parse(parameters.as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        let is_in_time = parameter("expires")?.parse::<i64>().ok()? > now.as_second();
        let is_for_this = parameter("for")? == PURPOSE;
        (is_ours && is_in_time && is_for_this).then_some(Self {
            challenge: payload.challenge,
        })
    }

    /// What is the same for each use of this solution and for no other.
    #[must_use]
    pub fn mark(&self) -> &str {
        &self.challenge
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const NOW: &str = "2026-01-05T05:30:00Z";

    fn keys(secret: &str) -> LinkKeys {
        LinkKeys::new(
            &format!("{secret}, longer than 32 characters by far").into(),
            &[],
        )
    }

    fn challenge() -> Challenge {
        let lifetime = SignedDuration::from_mins(10);
        Challenge::new(&keys("ours"), [7; 16], 500, NOW.parse().unwrap(), lifetime)
    }

    fn solve(challenge: &Challenge) -> u32 {
        (0..=challenge.maxnumber)
            .find(|number| {
                fingerprint(format!("{}{number}", challenge.salt).as_bytes(), 64)
                    == challenge.challenge
            })
            .unwrap()
    }

    fn payload(challenge: &Challenge, number: u32) -> serde_json::Value {
        json!({
            "algorithm": challenge.algorithm, "challenge": challenge.challenge, "number": number,
            "salt": challenge.salt, "signature": challenge.signature, "took": 12,
        })
    }

    fn check(payload: &serde_json::Value, at: &str, secret: &str) -> bool {
        let text = STANDARD.encode(payload.to_string());
        Proof::check(&text, &keys(secret), at.parse().unwrap()).is_some()
    }

    #[test]
    fn the_right_number_in_time_is_a_proof() {
        let challenge = challenge();
        let right = payload(&challenge, solve(&challenge));
        assert!(check(&right, NOW, "ours"));
        assert!(check(&right, "2026-01-05T05:39:59Z", "ours"));
        assert!(!check(&right, "2026-01-05T05:40:00Z", "ours"));
        assert!(!check(&right, NOW, "theirs"));
        let number = solve(&challenge);
        assert!(!check(&payload(&challenge, number + 1), NOW, "ours"));
    }

    #[test]
    fn whatever_is_changed_breaks_it() {
        let challenge = challenge();
        let number = solve(&challenge);
        let right = payload(&challenge, number);
        let later = challenge.salt.replace("expires=17", "expires=27");
        assert_ne!(later, challenge.salt);
        for (field, value) in [
            ("algorithm", json!("SHA-1")),
            ("salt", json!(later)),
            (
                "salt",
                json!(challenge.salt.replace("for=signup", "for=login")),
            ),
            ("salt", json!(challenge.salt.trim_end_matches('&'))),
            ("signature", json!("0".repeat(64))),
            ("signature", json!("")),
            ("challenge", json!("0".repeat(64))),
            ("number", json!("7")),
            ("number", json!(-1)),
        ] {
            let mut wrong = right.clone();
            wrong[field] = value.clone();
            assert!(!check(&wrong, NOW, "ours"), "{field} {value}");
        }
        // A digit that wanders from the number to the salt would give a second proof of one riddle.
        let mut moved = right.clone();
        let digits = number.to_string();
        if digits.len() > 1 {
            moved["salt"] = json!(format!("{}{}", challenge.salt, &digits[..1]));
            moved["number"] = json!(digits[1..].parse::<u32>().unwrap());
            assert!(!check(&moved, NOW, "ours"));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_failing(text in "\\PC{0,100}", bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let now = NOW.parse().unwrap();
            prop_assert!(Proof::check(&text, &keys("ours"), now).is_none());
            prop_assert!(Proof::check(&STANDARD.encode(bytes), &keys("ours"), now).is_none());
        }

        #[test]
        fn every_riddle_has_an_answer(random: [u8; 16], max in 0_u32..300) {
            let now = NOW.parse().unwrap();
            let challenge = Challenge::new(&keys("ours"), random, max, now, SignedDuration::from_mins(10));
            let number = solve(&challenge);
            prop_assert!(number <= max);
            prop_assert!(check(&payload(&challenge, number), NOW, "ours"));
        }
    }
}
