//! Seals of evidence: what makes a changed row of consent show.
//!
//! Each subscription has a chain of rows, numbered from 1. A row's hash is the HMAC-SHA-256 over all of its fields, the newsletter
//! and the hash of the row before it; a head beside the chain holds the newest number and hash under an HMAC of its own. The
//! keys are derived from the server's secret for nothing but this (HKDF, RFC 5869), and each row says by which secret.
//!
//! What this proves: without the secret nobody can change, add, remove, reorder or move a row, nor cut off the end of a chain,
//! without being found out. What it does not prove: whoever has the database *and* the secret can forge everything; whoever
//! kept an older state of a whole chain with its head can put that back; and of a subscription that is deleted altogether, as
//! erasure does, nothing is left to be missed. Such is only found by comparing the digest that `tidings consent verify` prints
//! with an earlier one: `--until` leaves out what came later.

use std::net::IpAddr;
use std::sync::Arc;

use diesel::data_types::PgTimestamp;
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::{Queryable, Selectable};
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Timestamptz;
use jiff::Timestamp;
use ring::hmac;
use ring::signature::Ed25519KeyPair;
use secrecy::{ExposeSecret as _, SecretString};

use super::consent::NewConsent;
use super::consent_signature::{self, PublicKey, Signed};
use super::fingerprint::fingerprint;
use super::id::{ConsentId, NewsletterId, SubscriptionId};

/// The first field of a row's bytes and of a head's. Another way to write them gets another number.
const ROW: &str = "tidings consent row v1";
/// The same for a row with `obtained_at`, which is its last field.
const ROW_WITH_OBTAINED: &str = "tidings consent row v2";
const HEAD: &str = "tidings consent head v1";

/// A time as PostgreSQL keeps it, in microseconds since the start of 2000 in UTC: whatever stands in a column can be read, and
/// what was sealed is read back exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Timestamptz)]
pub struct Moment(i64);

/// The start of 2000, in microseconds since that of 1970.
const EPOCH: i64 = 946_684_800_000_000;

impl Moment {
    /// The time, unless it is so far away that nothing could have happened then.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        Timestamp::from_microsecond(self.0.checked_add(EPOCH)?).ok()
    }
}

impl From<Timestamp> for Moment {
    /// Without what is finer than a microsecond.
    fn from(at: Timestamp) -> Self {
        let micros = at.as_nanosecond().div_euclid(1000);
        Self(
            i64::try_from(micros)
                .unwrap_or(i64::MAX)
                .saturating_sub(EPOCH),
        )
    }
}

impl FromSql<Timestamptz, Pg> for Moment {
    fn from_sql(bytes: PgValue<'_>) -> diesel::deserialize::Result<Self> {
        <PgTimestamp as FromSql<Timestamptz, Pg>>::from_sql(bytes).map(|at| Self(at.0))
    }
}

impl ToSql<Timestamptz, Pg> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        ToSql::<Timestamptz, Pg>::to_sql(&PgTimestamp(self.0), &mut out.reborrow())
    }
}

/// One row of evidence as it stands in the database, whatever it says: somebody may have changed it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::consents)]
#[expect(missing_docs, reason = "documented on Consent")]
pub struct Evidence {
    pub id: ConsentId,
    pub subscription_id: SubscriptionId,
    pub number: i32,
    pub action: String,
    pub source: String,
    pub wording: String,
    pub wording_version: String,
    pub language: String,
    pub page_url: Option<String>,
    pub address: String,
    pub user_agent: Option<String>,
    pub client_address: Option<String>,
    pub recorded_at: Moment,
    /// When the consent was given, if that was before, elsewhere.
    pub obtained_at: Option<Moment>,
    /// When it was sealed, if that was later.
    pub sealed_at: Option<Moment>,
    /// By which secret.
    pub key_id: i16,
    /// The hash of the row before it; `None` for the first.
    pub previous_hash: Option<Vec<u8>>,
    /// Its own.
    pub hash: Vec<u8>,
}

/// Where a chain ends.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::consent_heads)]
pub struct Head {
    /// Of which subscription.
    pub subscription_id: SubscriptionId,
    /// The number of the newest row.
    pub number: i32,
    /// Its hash.
    pub hash: Vec<u8>,
    /// By which secret it is sealed.
    pub key_id: i16,
    /// The HMAC over all that.
    pub seal: Vec<u8>,
}

/// The place of the next row in its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Whose chain.
    pub subscription_id: SubscriptionId,
    /// To which newsletter.
    pub newsletter_id: NewsletterId,
    /// The reader's address.
    pub address: String,
    /// The number and hash of the newest row, if there is one.
    pub newest: Option<(i32, Vec<u8>)>,
}

impl Place {
    /// The first of a chain.
    #[must_use]
    pub fn first(of: SubscriptionId, newsletter: NewsletterId, address: &str) -> Self {
        Self {
            subscription_id: of,
            newsletter_id: newsletter,
            address: address.to_owned(),
            newest: None,
        }
    }
}

/// What a seal says of what it stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// It is as it was written.
    Whole,
    /// It is not.
    Broken,
    /// The secret that sealed it is not among the settings.
    UnknownKey,
}

#[derive(Clone)]
struct Key {
    id: i16,
    chain: hmac::Key,
    client: hmac::Key,
    signing: [u8; 32],
}

/// The keys that seal evidence: the current one, and those by which older rows were sealed.
#[derive(Clone)]
pub struct EvidenceKeys {
    // The current one is the first.
    keys: Arc<[Key]>,
}

impl std::fmt::Debug for EvidenceKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EvidenceKeys").finish_non_exhaustive()
    }
}

impl EvidenceKeys {
    /// Keys derived from the server's secret, which comes first, and from those that it replaced.
    #[must_use]
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        Self {
            keys: secrets.into_iter().map(Key::derive).collect(),
        }
    }

    /// Writes `new` at its place: the row, and the head that goes with it. `sealed_at` when that is later than it happened.
    /// `None` without any key, which settings do not allow.
    #[must_use]
    pub fn seal(&self, new: NewConsent, place: &Place) -> Option<(Evidence, Head)> {
        let (number, previous_hash) = match &place.newest {
            Some((number, hash)) => (number.checked_add(1)?, Some(hash.clone())),
            None => (1, None),
        };
        self.seal_row(
            Evidence {
                id: new.id,
                subscription_id: place.subscription_id,
                number,
                action: new.action.as_str().to_owned(),
                source: new.source.as_str().to_owned(),
                wording_version: new.wording.version(),
                wording: new.wording.text,
                language: new.wording.language.to_string(),
                page_url: new.page_url,
                address: place.address.clone(),
                user_agent: new.user_agent,
                client_address: new.client_address,
                recorded_at: new.recorded_at.into(),
                obtained_at: new.obtained_at.map(Moment::from),
                sealed_at: None,
                key_id: 0,
                previous_hash,
                hash: Vec::new(),
            },
            place.newsletter_id,
        )
    }

    /// Seals a row that knows its number and the hash before it.
    pub(crate) fn seal_row(&self, row: Evidence, of: NewsletterId) -> Option<(Evidence, Head)> {
        let key = self.keys.first()?;
        let row = Evidence {
            key_id: key.id,
            ..row
        };
        let hash = tag(&key.chain, &row_bytes(&row, of));
        let mut head = Head {
            subscription_id: row.subscription_id,
            number: row.number,
            hash: hash.clone(),
            key_id: key.id,
            seal: Vec::new(),
        };
        head.seal = tag(&key.chain, &head_bytes(&head, of));
        Some((Evidence { hash, ..row }, head))
    }

    /// Whether the row of a subscription to `newsletter` is as it was written.
    #[must_use]
    pub fn check_row(&self, row: &Evidence, newsletter: NewsletterId) -> Seal {
        self.check(row.key_id, &row_bytes(row, newsletter), &row.hash)
    }

    /// Whether the head is as it was written.
    #[must_use]
    pub fn check_head(&self, head: &Head, newsletter: NewsletterId) -> Seal {
        self.check(head.key_id, &head_bytes(head, newsletter), &head.seal)
    }

    fn check(&self, id: i16, bytes: &[u8], seal: &[u8]) -> Seal {
        let mut known = self.keys.iter().filter(|key| key.id == id).peekable();
        if known.peek().is_none() {
            return Seal::UnknownKey;
        }
        if known.any(|key| hmac::verify(&key.chain, bytes, seal).is_ok()) {
            Seal::Whole
        } else {
            Seal::Broken
        }
    }

    /// What is kept of a client's address where it must not be readable: whether an address is the one can be told with the
    /// server's secret, and whether two rows of one subscription have the same; rows of others have nothing in common.
    #[must_use]
    pub fn client_mark(&self, of: SubscriptionId, client: IpAddr) -> String {
        self.client_marks(of, client)
            .into_iter()
            .next()
            .unwrap_or_default()
    }

    /// [`EvidenceKeys::client_mark`] by every key.
    #[must_use]
    pub fn client_marks(&self, of: SubscriptionId, client: IpAddr) -> Vec<String> {
        let mut bytes = Bytes::default();
        bytes.field(of.as_uuid().as_bytes());
        bytes.field(client.to_canonical().to_string().as_bytes());
        let keys = self.keys.iter();
        keys.map(|key| format!("hmac:{}", hex(&tag(&key.client, &bytes.0))))
            .collect()
    }

    /// Signs what others shall be able to check without the secret. `None` without any key.
    #[must_use]
    pub fn sign(&self, kind: &str, payload: &[u8]) -> Option<Signed> {
        let pair = self.keys.first()?.pair()?;
        Some(consent_signature::sign(&pair, kind, payload))
    }

    /// The keys with which anybody can check [`EvidenceKeys::sign`], the current one first.
    #[must_use]
    pub fn public_keys(&self) -> Vec<PublicKey> {
        let pairs = self.keys.iter().filter_map(Key::pair);
        pairs.map(|pair| PublicKey::of(&pair)).collect()
    }
}

impl Key {
    fn derive(secret: &SecretString) -> Self {
        let prk = extract(b"tidings", secret.expose_secret().as_bytes());
        let chain = expand(&prk, b"consent chain v1");
        // The first byte of a hash of the key: it tells keys apart, and nothing about them.
        let id = i16::from_str_radix(&fingerprint(&chain, 2), 16).unwrap_or_default();
        Self {
            id,
            chain: hmac::Key::new(hmac::HMAC_SHA256, &chain),
            client: hmac::Key::new(hmac::HMAC_SHA256, &expand(&prk, b"consent client v1")),
            signing: expand(&prk, b"consent certificate Ed25519 v1"),
        }
    }

    fn pair(&self) -> Option<Ed25519KeyPair> {
        Ed25519KeyPair::from_seed_unchecked(&self.signing).ok()
    }
}

/// HKDF-Extract (RFC 5869 §2.2).
fn extract(salt: &[u8], secret: &[u8]) -> hmac::Key {
    let prk = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt), secret);
    hmac::Key::new(hmac::HMAC_SHA256, prk.as_ref())
}

/// HKDF-Expand (RFC 5869 §2.3) to 32 bytes, which are one block and so cannot fail.
fn expand(prk: &hmac::Key, purpose: &[u8]) -> [u8; 32] {
    let block = hmac::sign(prk, &[purpose, &[1]].concat());
    let mut key = [0; 32];
    key.iter_mut()
        .zip(block.as_ref())
        .for_each(|(target, byte)| *target = *byte);
    key
}

fn tag(key: &hmac::Key, bytes: &[u8]) -> Vec<u8> {
    hmac::sign(key, bytes).as_ref().to_vec()
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Fields one after the other so that two lists that differ have different bytes: each begins with its length.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    /// `1`, the length in 8 bytes, the most significant first, and the field.
    fn field(&mut self, bytes: &[u8]) {
        self.0.push(1);
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes);
    }

    /// `0` where there is no such field, which an empty one is not.
    fn optional(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.field(bytes),
            None => self.0.push(0),
        }
    }
}

/// All fields of a row but its hash.
fn row_bytes(row: &Evidence, of: NewsletterId) -> Vec<u8> {
    let Evidence {
        id,
        subscription_id,
        number,
        action,
        source,
        wording,
        wording_version,
        language,
        page_url,
        address,
        user_agent,
        client_address,
        recorded_at,
        obtained_at,
        sealed_at,
        key_id,
        previous_hash,
        hash: _,
    } = row;
    let mut bytes = Bytes::default();
    // Rows without it are written as before there was one, so that their seals hold.
    let form = if obtained_at.is_some() {
        ROW_WITH_OBTAINED
    } else {
        ROW
    };
    bytes.field(form.as_bytes());
    bytes.field(of.as_uuid().as_bytes());
    bytes.field(id.as_uuid().as_bytes());
    bytes.field(subscription_id.as_uuid().as_bytes());
    bytes.field(&number.to_be_bytes());
    for text in [action, source, wording, wording_version, language] {
        bytes.field(text.as_bytes());
    }
    bytes.optional(page_url.as_deref().map(str::as_bytes));
    bytes.field(address.as_bytes());
    bytes.optional(user_agent.as_deref().map(str::as_bytes));
    bytes.optional(client_address.as_deref().map(str::as_bytes));
    bytes.field(&recorded_at.0.to_be_bytes());
    bytes.optional(
        sealed_at
            .map(|at| at.0.to_be_bytes())
            .as_ref()
            .map(<[u8; 8]>::as_slice),
    );
    bytes.field(&key_id.to_be_bytes());
    bytes.optional(previous_hash.as_deref());
    if let Some(at) = obtained_at {
        bytes.field(&at.0.to_be_bytes());
    }
    bytes.0
}

/// All fields of a head but its seal.
fn head_bytes(head: &Head, of: NewsletterId) -> Vec<u8> {
    let Head {
        subscription_id,
        number,
        hash,
        key_id,
        seal: _,
    } = head;
    let mut bytes = Bytes::default();
    bytes.field(HEAD.as_bytes());
    bytes.field(of.as_uuid().as_bytes());
    bytes.field(subscription_id.as_uuid().as_bytes());
    bytes.field(&number.to_be_bytes());
    bytes.field(hash);
    bytes.field(&key_id.to_be_bytes());
    bytes.0
}

#[cfg(test)]
#[path = "consent_seal_tests.rs"]
mod tests;
