//! A visitor asks for newsletters.
//!
//! Whatever is known about the address, the visitor gets the same answer: what differs is the mail. A new or
//! pending reader is asked to confirm, a confirmed one is told so, a suppressed address hears nothing. Nothing
//! that the visitor typed stands in the mail but the address itself.
//!
//! Mails are limited for each mailbox, domain, newsletter, client and all together, over all servers: strangers must not flood a
//! mailbox through us, nor make us known as a sender of unwanted mail. Who exceeds a limit is not told, and nothing is written.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::config;
use crate::domain::consent::{Consent, ConsentAction, ConsentSource, Wording};
use crate::domain::delivery::{DeliveryKind, NewDelivery};
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{NewsletterId, SignupId, SubscriberId, SubscriptionId};
use crate::domain::language::Language;
use crate::domain::link_token::LinkKeys;
use crate::domain::network::Network;
use crate::domain::newsletter::Newsletter;
use crate::domain::signup::Signup;
use crate::domain::site_origin::SiteOrigin;
use crate::domain::slug::Slug;
use crate::domain::subscriber::Subscriber;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use crate::i18n::Words;
use crate::store::{
    self, consents, deliveries, erasures, limits, newsletters, signups, subscribers, subscriptions,
};

/// What the form sends, parsed.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub address: EmailAddress,
    /// For what; at least one.
    pub newsletters: Vec<Slug>,
    /// The language of the form.
    pub language: Language,
    /// Form or JSON.
    pub door: ConsentSource,
    /// The page on which the box stood, without query string.
    pub source_url: Option<String>,
    /// By which client it is limited.
    pub client: Option<Network>,
    /// The site of the page, unless every newsletter may stand on it or nobody knows.
    pub origin: Option<SiteOrigin>,
    /// Where on the page the box stood; may be empty.
    pub placement: String,
}

/// Why a sign-up is not taken. Says nothing about the address.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No newsletter was chosen.
    #[error("no newsletter was chosen")]
    NoNewsletter,
    /// There is no such newsletter, or it has ended.
    #[error("there is no newsletter {0}")]
    UnknownNewsletter(Slug),
    /// A newsletter that lists its sites is not ordered from another.
    #[error("the newsletter {newsletter} is not offered on {origin}")]
    OtherSite {
        /// Which newsletter.
        newsletter: Slug,
        /// Which site.
        origin: SiteOrigin,
    },
    /// No mail may be sent to this address, or for this client, at present, so nothing is written either. The visitor gets
    /// the answer of a success.
    #[error("no more mails may be sent at present")]
    Withheld,
    /// The database failed.
    #[error("cannot store the sign-up")]
    Store(#[from] store::Error),
}

/// Takes a sign-up: everything or nothing, in one transaction.
///
/// # Errors
/// [`Error`]; none of its variants but [`Error::Withheld`] depends on the address.
pub fn request(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Config,
    words: &Words,
    keys: &LinkKeys,
    request: &Request,
) -> Result<(), Error> {
    let limits = &settings.limits;
    let settings = &settings.signup;
    let Some(wanted) = wanted_newsletters(conn, keys, request)? else {
        return Ok(());
    };
    let subscriber = subscribers::upsert(conn, new_subscriber(now, request))?;
    let standing = ask(conn, now, subscriber.id, &wanted, &request.language)?;
    let Some(mail) = mail_to_send(conn, now, settings, subscriber.id, &standing)? else {
        return Ok(());
    };

    let about = mail
        .about
        .iter()
        .map(|(newsletter, _)| newsletter.to_string());
    let a_day = settings.max_mails_per_day;
    let budget = limits.on_mail(&request.address, a_day, about, request.client);
    if limits::take(conn, now, budget)?.is_some() {
        return Err(Error::Withheld);
    }
    let signup = new_signup(now, settings, subscriber.id, &mail, request);
    let signup_id = signup.id;
    let expires_at = signup.expires_at;
    signups::insert(conn, signup)?;
    consents::insert(conn, evidence(now, words, &mail, &wanted, request))?;
    let delivery = NewDelivery::about_signup(now, mail.kind, subscriber.id, signup_id, expires_at);
    deliveries::insert(conn, delivery)?;
    Ok(())
}

/// The chosen newsletters, in the order of the form; `None` when nothing must be sent to the address.
fn wanted_newsletters(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    request: &Request,
) -> Result<Option<Vec<Newsletter>>, Error> {
    let slugs = &request.newsletters;
    if slugs.is_empty() {
        return Err(Error::NoNewsletter);
    }
    let (found, is_suppressed) = newsletters::active_for(conn, slugs, &request.address.key())?;
    let mut wanted: Vec<Newsletter> = Vec::new();
    for slug in slugs {
        match found.iter().find(|newsletter| newsletter.slug == *slug) {
            Some(newsletter) if wanted.iter().any(|other| other.id == newsletter.id) => {}
            Some(newsletter) => {
                check_site(newsletter, request.origin.as_ref())?;
                wanted.push(newsletter.clone());
            }
            None => return Err(Error::UnknownNewsletter(slug.clone())),
        }
    }
    // An erased address is asked to confirm like a new one: that is its reader's own word.
    let is_suppressed =
        is_suppressed || erasures::standing(conn, keys, &request.address.key())?.is_suppressed();
    Ok((!is_suppressed).then_some(wanted))
}

fn check_site(newsletter: &Newsletter, origin: Option<&SiteOrigin>) -> Result<(), Error> {
    match origin {
        Some(origin) if !newsletter.sites.is_empty() && !newsletter.sites.contains(origin) => {
            Err(Error::OtherSite {
                newsletter: newsletter.slug.clone(),
                origin: origin.clone(),
            })
        }
        _ => Ok(()),
    }
}

fn new_subscriber(now: Timestamp, request: &Request) -> Subscriber {
    Subscriber {
        id: SubscriberId::new(now),
        address: request.address.clone(),
        address_key: request.address.key(),
        language: request.language.clone(),
        created_at: now,
    }
}

/// Where the reader's subscriptions stand after the request.
struct Standing {
    pending: Vec<(NewsletterId, SubscriptionId)>,
    held: Vec<(NewsletterId, SubscriptionId)>,
}

fn ask(
    conn: &mut PgConnection,
    now: Timestamp,
    subscriber: SubscriberId,
    wanted: &[Newsletter],
    language: &Language,
) -> Result<Standing, Error> {
    let ids: Vec<NewsletterId> = wanted.iter().map(|newsletter| newsletter.id).collect();
    let known = subscriptions::lock_of(conn, subscriber, &ids)?;
    let mut standing = Standing {
        pending: Vec::new(),
        held: Vec::new(),
    };
    for newsletter in ids {
        let before = known
            .iter()
            .find(|subscription| subscription.newsletter_id == newsletter);
        let after = match before {
            None => {
                let subscription = new_subscription(now, subscriber, newsletter, language);
                subscriptions::insert(conn, subscription.clone())?;
                subscription
            }
            Some(before) if before.status.request() == before.status => before.clone(),
            Some(before) => {
                let after = Subscription {
                    status: before.status.request(),
                    language: language.clone(),
                    requested_at: now,
                    left_as: None,
                    paused_until: None,
                    ..before.clone()
                };
                subscriptions::update(conn, &after)?;
                after
            }
        };
        let list = if after.status == SubscriptionStatus::Pending {
            &mut standing.pending
        } else {
            &mut standing.held
        };
        list.push((newsletter, after.id));
    }
    Ok(standing)
}

fn new_subscription(
    now: Timestamp,
    subscriber_id: SubscriberId,
    newsletter_id: NewsletterId,
    language: &Language,
) -> Subscription {
    Subscription {
        id: SubscriptionId::new(now),
        subscriber_id,
        newsletter_id,
        status: SubscriptionStatus::Pending,
        language: language.clone(),
        link_nonce: Uuid::new_v4(),
        requested_at: now,
        confirmed_at: None,
        ended_at: None,
        rhythm_id: None,
        sent_until: None,
        left_as: None,
        paused_until: None,
        is_text_only: false,
        has_given_reason: false,
    }
}

/// The mail that the sign-up causes: of which kind and about which newsletters.
struct Mail {
    kind: DeliveryKind,
    about: Vec<(NewsletterId, SubscriptionId)>,
}

/// Which mail to send, or none because the address had its share: strangers must not flood a mailbox through us.
fn mail_to_send(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Signup,
    subscriber: SubscriberId,
    standing: &Standing,
) -> Result<Option<Mail>, Error> {
    let day_ago = now
        .saturating_sub(SignedDuration::from_hours(24))
        .unwrap_or(now);
    let caused = deliveries::caused_by_people(conn, subscriber, day_ago)?;
    if settings.is_reached(caused.len()) {
        return Ok(None);
    }
    let cooldown_from = now
        .saturating_sub(settings.confirmation_cooldown())
        .unwrap_or(now);
    let is_told = |kind: DeliveryKind, since: Timestamp, newsletter: NewsletterId| {
        caused
            .iter()
            .any(|mail| mail.kind == kind && mail.created_at() > since && mail.is_about(newsletter))
    };
    let (kind, since, about) = if standing.pending.is_empty() {
        (DeliveryKind::AlreadySubscribed, day_ago, &standing.held)
    } else {
        (DeliveryKind::Confirmation, cooldown_from, &standing.pending)
    };
    let all_told = about
        .iter()
        .all(|(newsletter, _)| is_told(kind, since, *newsletter));
    Ok((!all_told).then(|| Mail {
        kind,
        about: about.clone(),
    }))
}

fn new_signup(
    now: Timestamp,
    settings: &config::Signup,
    subscriber_id: SubscriberId,
    mail: &Mail,
    request: &Request,
) -> Signup {
    Signup {
        id: SignupId::new(now),
        subscriber_id,
        newsletter_ids: mail
            .about
            .iter()
            .map(|(newsletter, _)| *newsletter)
            .collect(),
        nonce: Uuid::new_v4(),
        language: request.language.clone(),
        source_url: request.source_url.clone(),
        placement: request.placement.clone(),
        requested_at: now,
        expires_at: now
            .saturating_add(settings.confirmation_lifetime())
            .unwrap_or(now),
        confirmed_at: None,
    }
}

fn evidence(
    now: Timestamp,
    words: &Words,
    mail: &Mail,
    wanted: &[Newsletter],
    request: &Request,
) -> Vec<Consent> {
    mail.about
        .iter()
        .filter_map(|(id, subscription)| {
            let newsletter = wanted.iter().find(|newsletter| newsletter.id == *id)?;
            let wording = Wording {
                text: words.at_signup(&request.language, newsletter.title.as_str()),
                language: words.spoken(&request.language),
            };
            let page = request.source_url.clone();
            Some(Consent::new(
                now,
                *subscription,
                ConsentAction::Requested,
                request.door,
                &wording,
                page,
            ))
        })
        .collect()
}
