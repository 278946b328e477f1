//! The way of one mail: claim, prepare, begin, (send), record.
//!
//! Short steps, so that no transaction is open while SMTP is. A worker that is lost before [`begin`] costs
//! nothing: its lease runs out and another takes over. Lost after it, nobody knows whether the mail arrived; it
//! is sent once more, with the same Message-ID and the same bytes, and no more than once.

use std::collections::HashMap;

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::config;
use crate::domain::delivery::{Delivery, DeliveryKind, DeliveryStatus};
use crate::domain::edition::{Edition, FrozenContent};
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{
    DeliveryId, EditionId, NewsletterId, SignupId, SubscriberId, SubscriptionId, WorkerId,
};
use crate::domain::language::Language;
use crate::domain::link_token::{LinkKeys, Purpose};
use crate::domain::newsletter::Newsletter;
use crate::domain::retry::retry_delay;
use crate::domain::signup::Signup;
use crate::domain::site::Site;
use crate::domain::smtp_reply::SmtpReply;
use crate::domain::subscriber::Subscriber;
use crate::domain::subscription::Subscription;
use crate::domain::suppression::SuppressionReason;
use crate::i18n;
use crate::mail::already_subscribed::{AlreadySubscribedEmail, Held};
use crate::mail::confirmation::ConfirmationEmail;
use crate::mail::email::{NewsletterLine, Rendered, render};
use crate::mail::message::{self, Identity, Kind, Message, MessageError, Parts};
use crate::mail::smtp_session::{Phase, SendOutcome};
use crate::mail::splice;
pub use crate::store::queue::Swept;
use crate::store::queue::{Lease, Next};
use crate::store::{
    self, attempts, editions, newsletters, queue, signups, subscribers, subscriptions, suppressions,
};
use crate::templates::{TemplateError, Templates};

/// How long to wait after a failure that is the relay's and not the recipient's.
const RELAY_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// How long to wait after a mail could not be made, which is a defect that somebody must mend.
const DEFECT_PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed.
    #[error("cannot read or write deliveries")]
    Store(#[from] store::Error),
}

/// Why one mail was not made; the others of the batch are.
#[derive(Debug, thiserror::Error)]
enum Unprepared {
    #[error("nobody wants it any more")]
    Unwanted,
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Message(#[from] MessageError),
}

/// What making mails needs beside the database.
pub struct Context<'a> {
    /// The words and looks.
    pub templates: &'a Templates,
    /// Signs links.
    pub keys: &'a LinkKeys,
    /// The public address.
    pub site: &'a Site,
    /// From whom.
    pub identity: &'a Identity,
    /// How long confirmation links work.
    pub signup: &'a config::Signup,
}

/// A claimed delivery with its message.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Which delivery.
    pub id: DeliveryId,
    /// What kind.
    pub kind: DeliveryKind,
    /// How often it was tried before.
    attempt_count: i32,
    expires_at: Timestamp,
    subscriber: Option<SubscriberId>,
    /// The bytes.
    pub message: Message,
}

/// Leases a batch of due mails for `worker`.
///
/// # Errors
/// Database errors.
pub fn claim(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Delivery,
    worker: WorkerId,
) -> Result<Vec<Delivery>, Error> {
    let until = now.saturating_add(settings.lease()).unwrap_or(now);
    let lease = Lease {
        owner: worker,
        until,
    };
    Ok(queue::claim(
        conn,
        now,
        lease,
        i64::from(settings.batch_size),
    )?)
}

/// Makes the messages of a claimed batch. A mail that cannot be made is put off with its reason and leaves the
/// batch; one that nobody wants any more is cancelled.
///
/// # Errors
/// Database errors.
pub fn prepare(
    conn: &mut PgConnection,
    now: Timestamp,
    context: &Context<'_>,
    worker: WorkerId,
    batch: Vec<Delivery>,
) -> Result<Vec<Prepared>, Error> {
    let facts = Facts::load(conn, &batch)?;
    let mut prepared = Vec::with_capacity(batch.len());
    for delivery in batch {
        match facts.message(&delivery, context) {
            Ok(message) => prepared.push(Prepared {
                id: delivery.id,
                kind: delivery.kind,
                attempt_count: delivery.attempt_count,
                expires_at: delivery.expires_at,
                subscriber: delivery.subscriber_id,
                message,
            }),
            Err(Unprepared::Unwanted) => queue::cancel_claimed(conn, delivery.id, worker, now)?,
            Err(defect) => {
                tracing::error!(delivery = %delivery.id, error = ?defect, "a mail cannot be made");
                let due_at = now.saturating_add(DEFECT_PAUSE).unwrap_or(now);
                queue::postpone(conn, delivery.id, worker, due_at, &defect.to_string())?;
            }
        }
    }
    Ok(prepared)
}

/// The last look: whether this mail is still ours and still wanted. After `true` it counts as under way.
///
/// # Errors
/// Database errors.
pub fn begin(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Delivery,
    smtp: &config::Smtp,
    worker: WorkerId,
    id: DeliveryId,
) -> Result<bool, Error> {
    // The lease must outlast the longest conversation, or another worker would think that this one is lost.
    let conversation = smtp.command_timeout() * 3 + smtp.data_timeout();
    let conversation =
        SignedDuration::try_from(conversation).unwrap_or(SignedDuration::from_mins(30));
    let until = now
        .saturating_add(settings.lease())
        .and_then(|at| at.saturating_add(conversation))
        .unwrap_or(now);
    if queue::begin(
        conn,
        id,
        now,
        Lease {
            owner: worker,
            until,
        },
    )? {
        return Ok(true);
    }
    queue::cancel_claimed(conn, id, worker, now)?;
    Ok(false)
}

/// Writes down what became of a mail, and returns whether it was still ours to write.
///
/// # Errors
/// Database errors; call again, the outcome must not be lost.
pub fn record(
    conn: &mut PgConnection,
    now: Timestamp,
    worker: WorkerId,
    prepared: &Prepared,
    started_at: Timestamp,
    outcome: &SendOutcome,
) -> Result<bool, Error> {
    let (name, phase, reply) = describe(outcome);
    let next = next(now, prepared, outcome);
    if !queue::settle(conn, prepared.id, worker, now, &next, reply)? {
        return Ok(false);
    }
    attempts::insert(
        conn,
        attempts::Attempt {
            delivery_id: prepared.id,
            number: 0,
            outcome: name.to_owned(),
            phase: phase.to_string(),
            reply_code: (reply.code() != 0).then(|| i32::from(reply.code())),
            reply_text: Some(reply.text().to_owned()),
            started_at,
            finished_at: now,
        },
    )?;
    if let (SendOutcome::Refused(_, reply), Some(subscriber)) = (outcome, prepared.subscriber)
        && reply.is_hard_bounce()
        && let Some(subscriber) = subscribers::find(conn, subscriber)?
    {
        suppressions::insert(
            conn,
            &subscriber.address_key,
            SuppressionReason::HardBounce,
            now,
        )?;
    }
    Ok(true)
}

fn describe(outcome: &SendOutcome) -> (&'static str, Phase, &SmtpReply) {
    match outcome {
        SendOutcome::Accepted(reply) => ("accepted", Phase::Message, reply),
        SendOutcome::Deferred(phase, reply) => ("deferred", *phase, reply),
        SendOutcome::Refused(phase, reply) => ("refused", *phase, reply),
        SendOutcome::NotSent(phase, reply) => ("not_sent", *phase, reply),
        SendOutcome::Unknown(reply) => ("unknown", Phase::Message, reply),
    }
}

fn next(now: Timestamp, prepared: &Prepared, outcome: &SendOutcome) -> Next {
    match outcome {
        SendOutcome::Accepted(_) => Next::Settled(DeliveryStatus::Sent),
        SendOutcome::Refused(..) => Next::Settled(DeliveryStatus::Bounced),
        SendOutcome::Unknown(_) => Next::Unknown,
        SendOutcome::NotSent(..) => Next::Again {
            due_at: now.saturating_add(RELAY_PAUSE).unwrap_or(now),
            counts: false,
        },
        SendOutcome::Deferred(..) => {
            let wait = retry_delay(prepared.attempt_count.saturating_add(1));
            let due_at = now.saturating_add(wait).unwrap_or(now);
            if due_at >= prepared.expires_at {
                Next::Settled(DeliveryStatus::Expired)
            } else {
                Next::Again {
                    due_at,
                    counts: true,
                }
            }
        }
    }
}

/// Gives back what a stopping worker did not begin.
///
/// # Errors
/// Database errors.
pub fn release(conn: &mut PgConnection, worker: WorkerId) -> Result<usize, Error> {
    Ok(queue::release(conn, worker)?)
}

/// Puts off what a worker claimed while the relay cannot be reached, with the reason.
///
/// # Errors
/// Database errors.
pub fn put_off(
    conn: &mut PgConnection,
    now: Timestamp,
    worker: WorkerId,
    ids: &[DeliveryId],
    reason: &SmtpReply,
) -> Result<(), Error> {
    let due_at = now.saturating_add(RELAY_PAUSE).unwrap_or(now);
    let text = format!("the mail server cannot be reached: {}", reason.text());
    for id in ids {
        queue::postpone(conn, *id, worker, due_at, &text)?;
    }
    Ok(())
}

/// Moves what lost workers held, and closes editions of which every mail is settled.
///
/// # Errors
/// Database errors.
pub fn sweep(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Delivery,
) -> Result<Swept, Error> {
    let unknown_before = now.saturating_sub(settings.unknown_retry()).unwrap_or(now);
    let swept = queue::sweep(conn, now, unknown_before)?;
    editions::complete_settled(conn, now)?;
    Ok(swept)
}

/// What the mails of a batch are about, read in one statement per table.
struct Facts {
    subscribers: HashMap<SubscriberId, Subscriber>,
    subscriptions: HashMap<SubscriptionId, Subscription>,
    signups: HashMap<SignupId, Signup>,
    editions: HashMap<EditionId, (Edition, FrozenContent)>,
    newsletters: HashMap<NewsletterId, Newsletter>,
    held: HashMap<SignupId, Vec<Subscription>>,
}

impl Facts {
    fn load(conn: &mut PgConnection, batch: &[Delivery]) -> Result<Self, Error> {
        let all = |pick: fn(&Delivery) -> Option<SubscriberId>| {
            batch.iter().filter_map(pick).collect::<Vec<_>>()
        };
        let subscribers = subscribers::find_all(conn, &all(|delivery| delivery.subscriber_id))?;
        let ids: Vec<SubscriptionId> = batch
            .iter()
            .filter_map(|delivery| delivery.subscription_id)
            .collect();
        let subscriptions = subscriptions::find_all(conn, &ids)?;
        let ids: Vec<SignupId> = batch
            .iter()
            .filter_map(|delivery| delivery.signup_id)
            .collect();
        let signups = signups::find_all(conn, &ids)?;
        let mut ids: Vec<EditionId> = batch
            .iter()
            .filter_map(|delivery| delivery.edition_id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let editions = editions::with_content(conn, &ids)?;
        let mut ids: Vec<NewsletterId> = editions
            .iter()
            .map(|(edition, _)| edition.newsletter_id)
            .collect();
        ids.extend(
            signups
                .iter()
                .flat_map(|signup| signup.newsletter_ids.iter().copied()),
        );
        ids.sort_unstable();
        ids.dedup();
        let newsletters = newsletters::find_all(conn, &ids)?;
        let mut held = HashMap::new();
        let already = batch
            .iter()
            .filter(|delivery| delivery.kind == DeliveryKind::AlreadySubscribed);
        for signup in already.filter_map(|delivery| {
            signups
                .iter()
                .find(|signup| Some(signup.id) == delivery.signup_id)
        }) {
            held.insert(
                signup.id,
                subscriptions::lock_of(conn, signup.subscriber_id, &signup.newsletter_ids)?,
            );
        }
        Ok(Self {
            subscribers: subscribers.into_iter().map(|row| (row.id, row)).collect(),
            subscriptions: subscriptions.into_iter().map(|row| (row.id, row)).collect(),
            signups: signups.into_iter().map(|row| (row.id, row)).collect(),
            editions: editions.into_iter().map(|row| (row.0.id, row)).collect(),
            newsletters: newsletters.into_iter().map(|row| (row.id, row)).collect(),
            held,
        })
    }

    fn message(&self, delivery: &Delivery, context: &Context<'_>) -> Result<Message, Unprepared> {
        match delivery.kind {
            DeliveryKind::Confirmation => self.confirmation(delivery, context),
            DeliveryKind::AlreadySubscribed => self.already_subscribed(delivery, context),
            DeliveryKind::Digest => self.digest(delivery, context),
            DeliveryKind::Test => self.test(delivery, context),
        }
    }

    fn reader(&self, delivery: &Delivery) -> Result<&Subscriber, Unprepared> {
        delivery
            .subscriber_id
            .and_then(|id| self.subscribers.get(&id))
            .ok_or(Unprepared::Unwanted)
    }

    fn signup(&self, delivery: &Delivery) -> Result<(&Signup, Vec<&Newsletter>), Unprepared> {
        let signup = delivery
            .signup_id
            .and_then(|id| self.signups.get(&id))
            .ok_or(Unprepared::Unwanted)?;
        let newsletters = signup
            .newsletter_ids
            .iter()
            .filter_map(|id| self.newsletters.get(id))
            .collect();
        Ok((signup, newsletters))
    }

    fn confirmation(
        &self,
        delivery: &Delivery,
        context: &Context<'_>,
    ) -> Result<Message, Unprepared> {
        let reader = self.reader(delivery)?;
        let (signup, newsletters) = self.signup(delivery)?;
        if signup.confirmed_at.is_some() {
            return Err(Unprepared::Unwanted);
        }
        let token = context
            .keys
            .issue(Purpose::Confirm, signup.id.as_uuid(), signup.nonce);
        let zone = newsletters
            .first()
            .map_or("UTC", |newsletter| newsletter.schedule_zone.as_str());
        let source = signup
            .source_url
            .as_deref()
            .and_then(|text| url::Url::parse(text).ok());
        let host = source
            .as_ref()
            .and_then(url::Url::host_str)
            .unwrap_or(context.site.host());
        let email = ConfirmationEmail {
            language: signup.language.clone(),
            address: reader.address.as_str().to_owned(),
            newsletters: newsletters
                .iter()
                .map(|row| NewsletterLine::new(row, context.site))
                .collect(),
            confirm_url: context.site.confirm_url(&token),
            expires_on: civil_date(signup.expires_at, zone),
            lifetime_days: context.signup.confirmation_lifetime_days,
            site: host.to_owned(),
        };
        let rendered = render(context.templates, &email)?;
        single(
            delivery,
            &reader.address,
            &signup.language,
            &rendered,
            context,
        )
    }

    fn already_subscribed(
        &self,
        delivery: &Delivery,
        context: &Context<'_>,
    ) -> Result<Message, Unprepared> {
        let reader = self.reader(delivery)?;
        let (signup, newsletters) = self.signup(delivery)?;
        let subscriptions = self
            .held
            .get(&signup.id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let newsletters: Vec<Held> = newsletters
            .iter()
            .filter_map(|newsletter| {
                let subscription = subscriptions
                    .iter()
                    .find(|row| row.newsletter_id == newsletter.id)?;
                let unsubscribe_url = unsubscribe_url(subscription, context);
                Some(Held {
                    newsletter: NewsletterLine::new(newsletter, context.site),
                    unsubscribe_url,
                })
            })
            .collect();
        if newsletters.is_empty() {
            return Err(Unprepared::Unwanted);
        }
        let email = AlreadySubscribedEmail {
            language: signup.language.clone(),
            address: reader.address.as_str().to_owned(),
            newsletters,
        };
        let rendered = render(context.templates, &email)?;
        single(
            delivery,
            &reader.address,
            &signup.language,
            &rendered,
            context,
        )
    }

    fn digest(&self, delivery: &Delivery, context: &Context<'_>) -> Result<Message, Unprepared> {
        let reader = self.reader(delivery)?;
        let subscription = delivery
            .subscription_id
            .and_then(|id| self.subscriptions.get(&id))
            .ok_or(Unprepared::Unwanted)?;
        let unsubscribe_url = unsubscribe_url(subscription, context);
        let since = subscription
            .confirmed_at
            .unwrap_or(subscription.requested_at);
        self.edition_mail(
            delivery,
            &reader.address,
            since,
            unsubscribe_url,
            false,
            context,
        )
    }

    fn test(&self, delivery: &Delivery, context: &Context<'_>) -> Result<Message, Unprepared> {
        let address = delivery.test_address.as_ref().ok_or(Unprepared::Unwanted)?;
        // Its links show a page that says so and change nothing.
        let unsubscribe_url = context.site.unsubscribe_url("test");
        self.edition_mail(
            delivery,
            address,
            delivery.created_at,
            unsubscribe_url,
            true,
            context,
        )
    }

    fn edition_mail(
        &self,
        delivery: &Delivery,
        to: &EmailAddress,
        since: Timestamp,
        unsubscribe_url: String,
        is_test: bool,
        context: &Context<'_>,
    ) -> Result<Message, Unprepared> {
        let (edition, content) = delivery
            .edition_id
            .and_then(|id| self.editions.get(&id))
            .ok_or(Unprepared::Unwanted)?;
        let newsletter = self
            .newsletters
            .get(&edition.newsletter_id)
            .ok_or(Unprepared::Unwanted)?;
        let since = since.in_tz(&newsletter.schedule_zone).map_or_else(
            |_| since.to_zoned(jiff::tz::TimeZone::UTC).date(),
            |zoned| zoned.date(),
        );
        let parts = splice::Parts {
            address: to.as_str().to_owned(),
            subscribed_on: i18n::date_long(&newsletter.language, since),
            unsubscribe_url: unsubscribe_url.clone(),
            is_test,
        };
        let subject = if is_test {
            format!("[Test] {}", content.subject)
        } else {
            content.subject.clone()
        };
        let rendered = Rendered {
            subject,
            text: parts.fill(&content.plain, false),
            html: parts.fill(&content.html, true),
        };
        let kind = Kind::List {
            slug: newsletter.slug.to_string(),
            sender_name: newsletter.sender_name.as_str().to_owned(),
            sender_address: newsletter.sender_address.clone(),
            unsubscribe_url,
            archive_url: context.site.edition_url(edition.id),
            is_test,
        };
        build(
            delivery,
            to,
            &newsletter.language,
            &rendered,
            &kind,
            context,
        )
    }
}

fn unsubscribe_url(subscription: &Subscription, context: &Context<'_>) -> String {
    let token = context.keys.issue(
        Purpose::Unsubscribe,
        subscription.id.as_uuid(),
        subscription.link_nonce,
    );
    context.site.unsubscribe_url(&token)
}

fn single(
    delivery: &Delivery,
    to: &EmailAddress,
    language: &Language,
    rendered: &Rendered,
    context: &Context<'_>,
) -> Result<Message, Unprepared> {
    build(delivery, to, language, rendered, &Kind::Single, context)
}

fn build(
    delivery: &Delivery,
    to: &EmailAddress,
    language: &Language,
    rendered: &Rendered,
    kind: &Kind,
    context: &Context<'_>,
) -> Result<Message, Unprepared> {
    let parts = Parts {
        delivery: delivery.id,
        date: delivery.created_at,
        to,
        language,
        rendered,
        kind,
    };
    Ok(message::build(context.identity, &parts)?)
}

fn civil_date(at: Timestamp, zone: &str) -> String {
    at.in_tz(zone)
        .map_or_else(
            |_| at.to_zoned(jiff::tz::TimeZone::UTC).date(),
            |zoned| zoned.date(),
        )
        .to_string()
}
