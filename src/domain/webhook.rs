//! Signatures of what other systems push to us.

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// How far the sender's clock may be from ours, for a signature that names its time.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is none, or not of this form.
    #[error("X-Ghost-Signature must be `sha256=<64 hexadecimal digits>, t=<milliseconds>`")]
    Missing,
    /// It is of another secret or another body.
    #[error(
        "the signature is not that of this body; use the same secret in Ghost and in webhooks.ghost_secret"
    )]
    Wrong,
    /// It was made long ago or in the future.
    #[error(
        "the signature was not made within the last five minutes; compare the clocks of both servers"
    )]
    Old,
}

/// Checks the `X-Ghost-Signature` of a body: `sha256=HEX, t=MILLISECONDS`, the HMAC of the body followed by the time. Older
/// versions of Ghost sign the body alone; what they send may be repeated, which changes nothing.
///
/// # Errors
/// [`SignatureError`].
pub fn check_ghost(
    secret: &str,
    header: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<(), SignatureError> {
    let (mut signature, mut time) = (None, None);
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("sha256", hex)) => signature = from_hex(hex).filter(|it| it.len() == 32),
            Some(("t", millis)) => time = Some(millis),
            _ => {}
        }
    }
    let signature = signature.ok_or(SignatureError::Missing)?;
    let Some(time) = time else {
        return if is_signed(secret, &[body], &signature) {
            Ok(())
        } else {
            Err(SignatureError::Wrong)
        };
    };
    if is_signed(secret, &[body, time.as_bytes()], &signature) {
        let at = time
            .parse()
            .ok()
            .and_then(|millis| Timestamp::from_millisecond(millis).ok());
        let at = at.ok_or(SignatureError::Missing)?;
        let distance = now.duration_since(at).abs();
        return if distance <= TOLERANCE {
            Ok(())
        } else {
            Err(SignatureError::Old)
        };
    }
    if is_signed(secret, &[body], &signature) {
        Ok(())
    } else {
        Err(SignatureError::Wrong)
    }
}

/// Why a push of a hub does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HubSignatureError {
    /// There is none, or not of this form.
    #[error("a push had no X-Hub-Signature with sha1, sha256, sha384 or sha512, and was not read")]
    Missing,
    /// It is of another secret or another body.
    #[error("a push had a wrong signature, and was not read")]
    Wrong,
}

/// Checks the `X-Hub-Signature` of a body: `METHOD=HEX`, the HMAC of the body with one of `secrets` (`WebSub`, section 8).
///
/// # Errors
/// [`HubSignatureError`].
pub fn check_hub(secrets: &[String], header: &str, body: &[u8]) -> Result<(), HubSignatureError> {
    let (method, hex) = header
        .trim()
        .split_once('=')
        .ok_or(HubSignatureError::Missing)?;
    let check: fn(&str, &[&[u8]], &[u8]) -> bool = match method.to_ascii_lowercase().as_str() {
        "sha1" => is_signed_with::<Hmac<Sha1>>,
        "sha256" => is_signed_with::<Hmac<Sha256>>,
        "sha384" => is_signed_with::<Hmac<Sha384>>,
        "sha512" => is_signed_with::<Hmac<Sha512>>,
        _ => return Err(HubSignatureError::Missing),
    };
    let signature = from_hex(hex).ok_or(HubSignatureError::Missing)?;
    if secrets
        .iter()
        .any(|secret| check(secret, &[body], &signature))
    {
        Ok(())
    } else {
        Err(HubSignatureError::Wrong)
    }
}

fn is_signed(secret: &str, parts: &[&[u8]], signature: &[u8]) -> bool {
    is_signed_with::<Hmac<Sha256>>(secret, parts, signature)
}

/// Compares in the same time for every signature; one that is cut off is wrong.
fn is_signed_with<M: Mac + KeyInit>(secret: &str, parts: &[&[u8]], signature: &[u8]) -> bool {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret.as_bytes()) else {
        return false;
    };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(signature).is_ok()
}

/// Octets of at most 64 in hexadecimal.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if text.len() > 128 || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-01-05T05:30:00Z";
    const MILLIS: &str = "1767591000000";

    fn hex(secret: &str, text: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        let digest = mac.finalize().into_bytes();
        digest
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    }

    #[test]
    fn only_the_secret_s_own_signature_of_this_body_and_hour_counts() {
        let now: Timestamp = NOW.parse().unwrap();
        let check = |header: &str| check_ghost("s3cret", header, b"{}", now);
        let whole = format!(
            "sha256={}, t={MILLIS}",
            hex("s3cret", &format!("{{}}{MILLIS}"))
        );
        assert_eq!(check(&whole), Ok(()));
        assert_eq!(
            check(&format!("sha256={}, t={MILLIS}", hex("s3cret", "{}"))),
            Ok(())
        );
        assert_eq!(check(&format!("sha256={}", hex("s3cret", "{}"))), Ok(()));
        let other = format!(
            "sha256={}, t={MILLIS}",
            hex("other", &format!("{{}}{MILLIS}"))
        );
        assert_eq!(check(&other), Err(SignatureError::Wrong));
        assert_eq!(
            check_ghost("s3cret", &whole, b"{ }", now),
            Err(SignatureError::Wrong)
        );
        assert_eq!(
            check(&whole.replace("t=1767", "t=1768")),
            Err(SignatureError::Wrong)
        );
        let late = now.checked_add(SignedDuration::from_mins(6)).unwrap();
        assert_eq!(
            check_ghost("s3cret", &whole, b"{}", late),
            Err(SignatureError::Old)
        );
        for nonsense in ["", "sha256=", "sha256=zz", "t=1", "md5=00", "sha256=é"] {
            assert_eq!(check(nonsense), Err(SignatureError::Missing), "{nonsense}");
        }
    }

    #[test]
    fn hubs_may_sign_in_four_ways() {
        let secrets = ["new".to_owned(), "old".to_owned()];
        // HMAC of "news" with the key "old", from an implementation of its own (Python's hmac).
        let right = [
            ("sha1", "56993ffbcd75948c5bb6059b4be795e6330583ff"),
            (
                "SHA256",
                "1a27837565b2188bf977267bdf68780f239c1095afd66fb23e022e79f3f2ecfb",
            ),
            (
                "sha384",
                "862a4fb259bf73f2e56d7ebe141e5ce9ba97e23540e5227eeea375f9cca884c05fafa39a7a0656a7029c447b0658c09c",
            ),
            (
                "sha512",
                "e85a7fbfb732b701247db8b7fd2fb8ae632c463d9b054810bca286dfd0272b580253c2b0ffc7570beea7b7964c4874bfec82d5b60f61009ae4e9dae0203e140e",
            ),
        ];
        for (method, hex) in right {
            let header = format!("{method}={hex}");
            assert_eq!(check_hub(&secrets, &header, b"news"), Ok(()), "{method}");
            let other = check_hub(&secrets, &header, b"News");
            assert_eq!(other, Err(HubSignatureError::Wrong), "{method}");
            let cut = header.get(..header.len() - 2).unwrap();
            let cut = check_hub(&secrets, cut, b"news");
            assert_eq!(cut, Err(HubSignatureError::Wrong), "{method}");
            let foreign = check_hub(&["x".to_owned()], &header, b"news");
            assert_eq!(foreign, Err(HubSignatureError::Wrong), "{method}");
        }
        for header in ["", "sha256", "md5=00", "sha256=x", "sha1=0", "sha1=éé"] {
            let missing = check_hub(&secrets, header, b"news");
            assert_eq!(missing, Err(HubSignatureError::Missing), "{header}");
        }
        assert_eq!(
            check_hub(&secrets, "sha256=", b"news"),
            Err(HubSignatureError::Wrong)
        );
    }
}
