//! Marks of machines that open every link of a mail: a link that no person sees gives them away.

use jiff::SignedDuration;

use super::id::SignupId;
use super::link_token::LinkKeys;
use super::network::Network;

/// How long a mark lasts. A gateway is through with a mail within seconds; its network may be that of readers, too.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// How far back an opening is taken for the machine's own: it fetches the links of a mail at once, in any order.
pub const AT_ONCE: SignedDuration = SignedDuration::from_mins(1);

/// What is marked when a machine fetched the hidden link: keyed hashes, which name neither a network nor a sign-up to anybody
/// without the server's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// The sign-up of the mail.
    pub signup: String,
    /// The network of the machine, where it is known.
    pub network: Option<String>,
}

impl Marks {
    /// Those of whoever came for this sign-up.
    #[must_use]
    pub fn new(keys: &LinkKeys, signup: SignupId, client: Option<Network>) -> Self {
        let of = |kind: &str, what: String| keys.sign("scanner mark", &format!("{kind} {what}"));
        Self {
            signup: of("signup", signup.to_string()),
            network: client.map(|client| of("network", client.to_string())),
        }
    }

    /// Both, sorted: the order in which rows are locked.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        let mut all: Vec<String> = self.network.iter().cloned().collect();
        all.push(self.signup.clone());
        all.sort_unstable();
        all
    }

    /// The one that says whether whoever came is such a machine: its network, or the sign-up where no network is known.
    #[must_use]
    pub fn of_client(&self) -> &str {
        self.network.as_deref().unwrap_or(&self.signup)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;

    #[test]
    fn marks_are_of_one_network_one_signup_and_one_secret() {
        let keys = |secret: &str| LinkKeys::new(&SecretString::from(secret), &[]);
        let signup = |number| SignupId::from(uuid::Uuid::from_u128(number));
        let network = |text: &str| Some(Network::of_client(text.parse().unwrap()));
        let marks = Marks::new(&keys("a"), signup(1), network("203.0.113.7"));
        assert_eq!(
            marks.network,
            Marks::new(&keys("a"), signup(2), network("203.0.113.99")).network
        );
        assert_ne!(
            marks.network,
            Marks::new(&keys("a"), signup(1), network("203.0.114.7")).network
        );
        assert_ne!(
            marks,
            Marks::new(&keys("b"), signup(1), network("203.0.113.7"))
        );
        assert_ne!(marks.signup, Marks::new(&keys("a"), signup(2), None).signup);
        assert_eq!(marks.all().len(), 2);
        let nowhere = Marks::new(&keys("a"), signup(1), None);
        assert_eq!(nowhere.of_client(), nowhere.signup);
        assert_eq!(marks.of_client(), marks.network.as_deref().unwrap());
        assert!(!format!("{marks:?}").contains("203.0.113"));
    }
}
