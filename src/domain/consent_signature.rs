//! Signatures of certificates, which anybody can check without the secret.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

/// Bytes with their signature (Ed25519, RFC 8032) as a JWS (RFC 7515, RFC 8037), all in base64url.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Signed {
    /// `{"alg":"EdDSA","kid":…,"typ":…}`.
    pub protected: String,
    /// What is signed: JSON.
    pub payload: String,
    /// Over the ASCII text `protected.payload`.
    pub signature: String,
}

/// A key with which anybody can check signatures, as JWK (RFC 7517, RFC 8037).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct PublicKey {
    /// Its thumbprint (RFC 7638).
    pub kid: String,
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    r#use: &'static str,
    /// Its 32 bytes in base64url.
    pub x: String,
}

impl PublicKey {
    /// That of a pair.
    #[must_use]
    pub fn of(pair: &Ed25519KeyPair) -> Self {
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        // RFC 7638: the members that the key needs, in alphabetical order and without spaces.
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let digest = digest::digest(&digest::SHA256, canonical.as_bytes());
        Self {
            kid: URL_SAFE_NO_PAD.encode(digest.as_ref()),
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            r#use: "sig",
            x,
        }
    }

    /// The same as PEM (RFC 8410), for programs that take no JWK.
    #[must_use]
    pub fn pem(&self) -> String {
        // The header of every Ed25519 key in DER: its length, the name of the algorithm, and that 32 bytes follow.
        const HEADER: [u8; 12] = [
            0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
        ];
        let key = URL_SAFE_NO_PAD.decode(&self.x).unwrap_or_default();
        let der = STANDARD.encode([HEADER.as_slice(), key.as_slice()].concat());
        format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----")
    }
}

/// Signs `payload`, of which `media_type` is the type (RFC 7515 §4.1.9).
#[must_use]
pub fn sign(pair: &Ed25519KeyPair, media_type: &str, payload: &[u8]) -> Signed {
    let kid = PublicKey::of(pair).kid;
    let header = serde_json::json!({"alg": "EdDSA", "kid": kid, "typ": media_type});
    let protected = URL_SAFE_NO_PAD.encode(header.to_string());
    let payload = URL_SAFE_NO_PAD.encode(payload);
    let signature = pair.sign(format!("{protected}.{payload}").as_bytes());
    Signed {
        signature: URL_SAFE_NO_PAD.encode(signature.as_ref()),
        protected,
        payload,
    }
}
