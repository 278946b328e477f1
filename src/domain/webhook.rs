//! Signatures of what other systems push to us.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

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
            Some(("sha256", hex)) => signature = from_hex(hex),
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

/// Compares in the same time for every signature.
fn is_signed(secret: &str, parts: &[&[u8]], signature: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return false;
    };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(signature).is_ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..64)
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
}
