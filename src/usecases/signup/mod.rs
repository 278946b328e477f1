//! A visitor asks for newsletters.
//!
//! Whatever is known about the address, the visitor gets the same answer: what differs is the mail. A new or
//! pending reader is asked to confirm, a confirmed one is told so, a suppressed address hears nothing. Nothing
//! that the visitor typed stands in the mail but the address itself.
//!
//! Mails are limited for each mailbox, domain, newsletter, client and all together, over all servers: strangers must not flood a
//! mailbox through us, nor make us known as a sender of unwanted mail. Who exceeds a limit is not told, and nothing is written.

mod plan;

use std::collections::{HashMap, HashSet};

use diesel::PgConnection;
use jiff::Timestamp;
use uuid::Uuid;

use plan::{Known, Mail, Plan};

use crate::config;
use crate::domain::consent::{ConsentAction, ConsentSource, NewConsent, Scribe, Witness, Wording};
use crate::domain::consent_seal::EvidenceKeys;
use crate::domain::delivery::NewDelivery;
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{SignupId, SubscriberId};
use crate::domain::language::Language;
use crate::domain::link_token::LinkKeys;
use crate::domain::network::Network;
use crate::domain::newsletter::Newsletter;
use crate::domain::signup::Signup;
use crate::domain::site_origin::SiteOrigin;
use crate::domain::slug::Slug;
use crate::domain::subscriber::Subscriber;
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
    /// From what it was sent, for the evidence.
    pub witness: Witness,
    /// The site of the page, unless every newsletter may stand on it or nobody knows.
    pub origin: Option<SiteOrigin>,
    /// Where on the page the box stood; may be empty.
    pub placement: String,
}

/// A request as it came through the door.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What is asked for.
    pub request: &'a Request,
    /// Whether a proof of work came with it, which was not used before.
    pub is_proven: bool,
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

/// Takes sign-ups that came at the same time, as if one came after the other: each of them wholly or not at all. One statement
/// does the same for all of them, so that many are not much dearer than one. The outer error is a failure of the database, after
/// which the transaction is of no use to any of them.
///
/// # Errors
/// Database errors; for each request [`Error`], of whose variants none but [`Error::Withheld`] depends on the address.
pub fn request_all(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Config,
    words: &Words,
    keys: &LinkKeys,
    requests: &[Asked<'_>],
) -> Result<Vec<Result<(), Error>>, store::Error> {
    let context = Context {
        now,
        settings,
        words,
        keys: keys.evidence(),
    };
    let mut slugs: Vec<Slug> = requests
        .iter()
        .flat_map(|asked| asked.request.newsletters.iter().cloned())
        .collect();
    slugs.sort_unstable();
    slugs.dedup();
    let newsletters = newsletters::active_by_slugs(conn, &slugs)?;
    let mut wanted = Vec::new();
    let mut results: Vec<Result<(), Error>> = Vec::new();
    for (index, asked) in requests.iter().enumerate() {
        let request = asked.request;
        match wanted_newsletters(&newsletters, request) {
            Ok(found) => {
                results.push(Ok(()));
                wanted.push(Wanted {
                    index,
                    request,
                    is_proven: asked.is_proven,
                    key: request.address.key(),
                    newsletters: found,
                });
            }
            Err(error) => results.push(Err(error)),
        }
    }
    // Nothing must be sent to a suppressed address. An erased one is asked to confirm like a new one: that is its reader's word.
    let address_keys: Vec<String> = wanted.iter().map(|wanted| wanted.key.clone()).collect();
    let suppressed = erasures::suppressed_among(conn, keys, &address_keys)?;
    wanted.retain(|wanted| !suppressed.contains(&wanted.key));
    while !wanted.is_empty() {
        // What was asked for an address before counts for what comes later.
        let mut seen = HashSet::new();
        let (round, later) = wanted
            .into_iter()
            .partition(|wanted| seen.insert(wanted.key.clone()));
        for index in take_round(conn, &context, round)? {
            if let Some(result) = results.get_mut(index) {
                *result = Err(Error::Withheld);
            }
        }
        wanted = later;
    }
    Ok(results)
}

/// What all sign-ups of a turn share.
struct Context<'a> {
    now: Timestamp,
    settings: &'a config::Config,
    words: &'a Words,
    keys: &'a EvidenceKeys,
}

/// A request for newsletters that there are, at an address to which mails may go.
struct Wanted<'a> {
    index: usize,
    request: &'a Request,
    is_proven: bool,
    key: String,
    newsletters: Vec<&'a Newsletter>,
}

/// The chosen newsletters, in the order of the form.
fn wanted_newsletters<'a>(
    found: &'a [Newsletter],
    request: &Request,
) -> Result<Vec<&'a Newsletter>, Error> {
    let slugs = &request.newsletters;
    if slugs.is_empty() {
        return Err(Error::NoNewsletter);
    }
    let mut wanted: Vec<&Newsletter> = Vec::new();
    for slug in slugs {
        match found.iter().find(|newsletter| newsletter.slug == *slug) {
            Some(newsletter) if wanted.iter().any(|other| other.id == newsletter.id) => {}
            Some(newsletter) => {
                check_site(newsletter, request.origin.as_ref())?;
                wanted.push(newsletter);
            }
            None => return Err(Error::UnknownNewsletter(slug.clone())),
        }
    }
    Ok(wanted)
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

/// Requests of different addresses; returns the indices of those that were withheld.
fn take_round(
    conn: &mut PgConnection,
    context: &Context<'_>,
    round: Vec<Wanted<'_>>,
) -> Result<Vec<usize>, store::Error> {
    let now = context.now;
    let new: Vec<Subscriber> = round
        .iter()
        .map(|wanted| new_subscriber(now, wanted.request))
        .collect();
    let own: HashSet<SubscriberId> = new.iter().map(|subscriber| subscriber.id).collect();
    let subscribers = subscribers::upsert_all(conn, new)?;
    let ids: HashMap<&str, SubscriberId> = subscribers
        .iter()
        .map(|subscriber| (subscriber.address_key.as_str(), subscriber.id))
        .collect();
    let known: Vec<SubscriberId> = subscribers
        .iter()
        .map(|subscriber| subscriber.id)
        .filter(|id| !own.contains(id))
        .collect();
    let known = Known::load(conn, now, &known, &round)?;
    let mut plans: Vec<Plan<'_>> = round
        .into_iter()
        .filter_map(|wanted| {
            let subscriber = *ids.get(wanted.key.as_str())?;
            Some(Plan::new(context, wanted, subscriber, &known))
        })
        .collect();
    let withheld = take_shares(conn, context, &mut plans)?;
    let unused = withheld
        .iter()
        .map(|plan| plan.subscriber)
        .filter(|id| own.contains(id))
        .collect();
    subscribers::delete_new(conn, unused)?;
    write(conn, context, plans)?;
    Ok(withheld.iter().map(|plan| plan.wanted.index).collect())
}

/// Takes the share of each mail of its limits, and takes the plans out whose limits are used up.
fn take_shares<'a>(
    conn: &mut PgConnection,
    context: &Context<'_>,
    plans: &mut Vec<Plan<'a>>,
) -> Result<Vec<Plan<'a>>, store::Error> {
    let a_day = context.settings.signup.max_mails_per_day;
    let budgets = plans
        .iter()
        .map(|plan| match &plan.mail {
            None => Vec::new(),
            Some(mail) => context.settings.limits.on_mail(
                &plan.wanted.request.address,
                a_day,
                mail.about.iter().map(|about| about.newsletter.to_string()),
                plan.wanted.request.client,
                plan.wanted.is_proven,
            ),
        })
        .collect();
    let mut free = limits::take_each(conn, context.now, budgets)?.into_iter();
    Ok(plans
        .extract_if(.., |_| free.next().flatten().is_some())
        .collect())
}

fn write(
    conn: &mut PgConnection,
    context: &Context<'_>,
    plans: Vec<Plan<'_>>,
) -> Result<(), store::Error> {
    let now = context.now;
    let (mut new, mut asked, mut evidence, mut mails) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for mut plan in plans {
        new.append(&mut plan.new);
        for subscription in &plan.changed {
            subscriptions::update(conn, subscription)?;
        }
        let Some(mail) = &plan.mail else { continue };
        let signup = new_signup(context, &plan, mail);
        evidence.extend(consent(context, &plan, mail));
        mails.push(NewDelivery::about_signup(
            now,
            mail.kind,
            plan.subscriber,
            signup.id,
            signup.expires_at,
        ));
        asked.push(signup);
    }
    subscriptions::insert_all(conn, new)?;
    signups::insert_all(conn, asked)?;
    consents::insert(conn, context.keys, evidence)?;
    deliveries::insert_all(conn, mails)
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

fn new_signup(context: &Context<'_>, plan: &Plan<'_>, mail: &Mail) -> Signup {
    let (now, request) = (context.now, plan.wanted.request);
    let lifetime = context.settings.signup.confirmation_lifetime();
    Signup {
        id: SignupId::new(now),
        subscriber_id: plan.subscriber,
        newsletter_ids: mail.about.iter().map(|about| about.newsletter).collect(),
        nonce: Uuid::new_v4(),
        language: request.language.clone(),
        source_url: request.source_url.clone(),
        placement: request.placement.clone(),
        requested_at: now,
        expires_at: now.saturating_add(lifetime).unwrap_or(now),
        confirmed_at: None,
    }
}

fn consent(context: &Context<'_>, plan: &Plan<'_>, mail: &Mail) -> Vec<NewConsent> {
    let (words, request) = (context.words, plan.wanted.request);
    let scribe = Scribe {
        now: context.now,
        keys: context.keys,
        witness: &request.witness,
    };
    let all = mail.about.iter().filter_map(|about| {
        let newsletters = &plan.wanted.newsletters;
        let newsletter = newsletters
            .iter()
            .find(|newsletter| newsletter.id == about.newsletter)?;
        let wording = Wording {
            text: words.at_signup(&request.language, newsletter.title.as_str()),
            language: words.spoken(&request.language),
        };
        let (action, page) = (ConsentAction::Requested, request.source_url.clone());
        let note = scribe.note(about.subscription, action, request.door, &wording, page);
        Some(if about.is_new {
            note.beginning(about.newsletter, &request.address)
        } else {
            note
        })
    });
    all.collect()
}
