//! Short marks of contents: the first digits of a SHA-256.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The first `digits` hexadecimal digits, at most 64, of the content's SHA-256. Two contents that differ have
/// different marks, as far as that many digits can tell.
#[must_use]
pub fn fingerprint(content: &[u8], digits: usize) -> String {
    let mut text = Sha256::digest(content)
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
    text.truncate(digits);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_the_start_of_the_sha256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(fingerprint(b"abc", 12), "ba7816bf8f01");
        assert_eq!(fingerprint(b"abc", 64).len(), 64);
    }
}
