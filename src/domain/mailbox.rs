//! Spellings of an address that lead to one mailbox, for limits. Never for sending, and never to tell readers apart.

use super::email_address::EmailAddress;

/// Domains of one provider where a mailbox has the same name in each, and what that provider ignores in the local part.
struct Provider {
    /// The first one stands for all.
    domains: &'static [&'static str],
    /// Characters that make no difference.
    ignored: &'static [char],
    /// What begins a tag, besides `+`.
    tag: Option<char>,
}

const PROVIDERS: [Provider; 4] = [
    Provider {
        domains: &["gmail.com", "googlemail.com"],
        ignored: &['.'],
        tag: None,
    },
    Provider {
        domains: &["proton.me", "protonmail.com", "pm.me"],
        ignored: &['.', '_', '-'],
        tag: None,
    },
    Provider {
        domains: &["icloud.com", "me.com", "mac.com"],
        ignored: &[],
        tag: None,
    },
    Provider {
        domains: &["yahoo.com", "ymail.com", "rocketmail.com"],
        ignored: &[],
        tag: Some('-'),
    },
];

/// Where so many strangers have a mailbox that a domain says nothing about who asks.
const FREE_MAIL: [&str; 57] = [
    "163.com",
    "abv.bg",
    "aol.com",
    "bluewin.ch",
    "centrum.cz",
    "email.cz",
    "fastmail.com",
    "free.fr",
    "freemail.hu",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.fr",
    "hotmail.it",
    "hushmail.com",
    "icloud.com",
    "interia.pl",
    "laposte.net",
    "libero.it",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "naver.com",
    "o2.pl",
    "onet.pl",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rocketmail.com",
    "seznam.cz",
    "t-online.de",
    "wanadoo.fr",
    "web.de",
    "wp.pl",
    "yahoo.co.jp",
    "yahoo.com",
    "yahoo.de",
    "yahoo.fr",
    "yandex.ru",
    "ymail.com",
];

/// The mailbox behind an address: equal for spellings that most likely reach the same person. Case, everything from a `+` on
/// (RFC 5233), and what some large providers ignore make no difference.
#[must_use]
pub fn mailbox(address: &EmailAddress) -> String {
    let key = address.key();
    let (local, domain) = key.rsplit_once('@').unwrap_or((&key, ""));
    let provider = PROVIDERS
        .iter()
        .find(|provider| provider.domains.contains(&domain));
    let tag = provider.and_then(|provider| provider.tag);
    let end = local
        .find(|c| c == '+' || Some(c) == tag)
        .filter(|end| *end > 0)
        .unwrap_or(local.len());
    let (name, _) = local.split_at(end);
    let ignored = provider.map_or(&[][..], |provider| provider.ignored);
    let bare: String = name.chars().filter(|c| !ignored.contains(c)).collect();
    let home = provider
        .and_then(|provider| provider.domains.first())
        .copied()
        .unwrap_or(domain);
    format!("{}@{home}", if bare.is_empty() { name } else { &bare })
}

/// Whether the domain of an address is one of the large free ones.
#[must_use]
pub fn is_free_mail(address: &EmailAddress) -> bool {
    FREE_MAIL.binary_search(&address.domain()).is_ok()
}

/// The domain without what stands before the part that somebody registered, so that `a.example.org` and `b.example.org` are
/// one. A guess, good enough for limits: three labels where the second last is short, as in `example.co.uk`, else two.
#[must_use]
pub fn registered_domain(address: &EmailAddress) -> &str {
    let domain = address.domain();
    let mut dots = domain.rmatch_indices('.').map(|(at, _)| at);
    let Some(last) = dots.next() else {
        return domain;
    };
    let Some(second) = dots.next() else {
        return domain;
    };
    let is_short = last - second <= 4 && domain.len() - last <= 3;
    let cut = if is_short { dots.next() } else { Some(second) };
    cut.and_then(|cut| domain.get(cut + 1..)).unwrap_or(domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(text: &str) -> EmailAddress {
        text.parse().unwrap()
    }

    #[test]
    fn spellings_of_one_mailbox_are_one() {
        for (spelling, expected) in [
            ("Ada@Example.org", "ada@example.org"),
            ("ada+news@example.org", "ada@example.org"),
            ("ada+a+b@example.org", "ada@example.org"),
            ("a.d.a@example.org", "a.d.a@example.org"),
            ("a.d.a+x@gmail.com", "ada@gmail.com"),
            ("Ada@GoogleMail.com", "ada@gmail.com"),
            ("a_d-a@pm.me", "ada@proton.me"),
            ("ada@mac.com", "ada@icloud.com"),
            ("ada-list@yahoo.com", "ada@yahoo.com"),
            ("ada-list@example.org", "ada-list@example.org"),
            ("+x@example.org", "+x@example.org"),
        ] {
            assert_eq!(mailbox(&address(spelling)), expected, "{spelling}");
        }
    }

    #[test]
    fn subdomains_belong_together() {
        for (text, expected) in [
            ("a@example.org", "example.org"),
            ("a@x.example.org", "example.org"),
            ("a@x.y.example.org", "example.org"),
            ("a@example.co.uk", "example.co.uk"),
            ("a@x.example.co.uk", "example.co.uk"),
            ("a@gmx.de", "gmx.de"),
        ] {
            assert_eq!(registered_domain(&address(text)), expected);
        }
    }

    #[test]
    fn free_mail_is_known() {
        assert!(FREE_MAIL.is_sorted());
        assert!(is_free_mail(&address("a@web.de")) && is_free_mail(&address("a@GMAIL.com")));
        assert!(!is_free_mail(&address("a@example.org")));
    }

    proptest! {
        #[test]
        fn tags_dots_and_case_change_nothing(name in "[a-z]{2,12}", tag in "[a-z0-9]{0,8}", dot in 1_usize..12) {
            let mut dotted = name.clone();
            if dot < dotted.len() {
                dotted.insert(dot, '.');
            }
            let spelt = address(&format!("{}+{tag}@GMail.com", dotted.to_uppercase()));
            prop_assert_eq!(mailbox(&spelt), format!("{name}@gmail.com"));
        }
    }
}
