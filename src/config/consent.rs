//! The section `consent`.

use serde::Deserialize;

use crate::domain::consent::AddressForm;

/// What evidence of consent says of the client from which it came.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Consent {
    pub client_address: AddressForm,
    pub user_agent: bool,
}
