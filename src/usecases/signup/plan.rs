//! What a sign-up changes, worked out before anything is written.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Context, Wanted};
use crate::domain::delivery::DeliveryKind;
use crate::domain::id::{NewsletterId, SubscriberId, SubscriptionId};
use crate::domain::language::Language;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use crate::store::deliveries::CausedMail;
use crate::store::{self, deliveries, subscriptions};

/// What is known of the readers who were there before.
pub(super) struct Known {
    subscriptions: Vec<Subscription>,
    /// Mails that people caused within a day.
    caused: Vec<(SubscriberId, CausedMail)>,
    day_ago: Timestamp,
}

impl Known {
    /// Reads and locks what `subscribers` have of the newsletters that are wanted.
    pub(super) fn load(
        conn: &mut PgConnection,
        now: Timestamp,
        subscribers: &[SubscriberId],
        round: &[Wanted<'_>],
    ) -> Result<Self, store::Error> {
        let day_ago = now
            .saturating_sub(SignedDuration::from_hours(24))
            .unwrap_or(now);
        let (mut known, mut caused) = (Vec::new(), Vec::new());
        if !subscribers.is_empty() {
            let all = round.iter().flat_map(|wanted| &wanted.newsletters);
            let mut newsletters: Vec<NewsletterId> = all.map(|newsletter| newsletter.id).collect();
            newsletters.sort_unstable();
            newsletters.dedup();
            known = subscriptions::lock_among(conn, subscribers, &newsletters)?;
            caused = deliveries::all_caused_by_people(conn, subscribers, day_ago)?;
        }
        Ok(Self {
            subscriptions: known,
            caused,
            day_ago,
        })
    }
}

/// The mail that the sign-up causes: of which kind and about which newsletters.
pub(super) struct Mail {
    pub(super) kind: DeliveryKind,
    pub(super) about: Vec<About>,
}

/// One subscription that a request is about.
#[derive(Clone, Copy)]
pub(super) struct About {
    pub(super) newsletter: NewsletterId,
    pub(super) subscription: SubscriptionId,
    /// Made by this request.
    pub(super) is_new: bool,
}

/// What one sign-up changes.
pub(super) struct Plan<'a> {
    pub(super) wanted: Wanted<'a>,
    pub(super) subscriber: SubscriberId,
    pub(super) new: Vec<Subscription>,
    pub(super) changed: Vec<Subscription>,
    pub(super) mail: Option<Mail>,
}

/// Where the reader's subscriptions stand after the request.
#[derive(Default)]
struct Standing {
    pending: Vec<About>,
    held: Vec<About>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        context: &Context<'_>,
        wanted: Wanted<'a>,
        subscriber: SubscriberId,
        known: &Known,
    ) -> Self {
        let mut plan = Self {
            wanted,
            subscriber,
            new: Vec::new(),
            changed: Vec::new(),
            mail: None,
        };
        let standing = plan.ask(context.now, known);
        plan.mail = plan.mail_to_send(context, &standing, known);
        plan
    }

    fn ask(&mut self, now: Timestamp, known: &Known) -> Standing {
        let language = &self.wanted.request.language;
        let mut standing = Standing::default();
        for newsletter in &self.wanted.newsletters {
            let before = known.subscriptions.iter().find(|row| {
                row.subscriber_id == self.subscriber && row.newsletter_id == newsletter.id
            });
            let after = match before {
                None => {
                    let new = new_subscription(now, self.subscriber, newsletter.id, language);
                    self.new.push(new.clone());
                    new
                }
                Some(before) if before.status.request() == before.status => before.clone(),
                Some(before) => {
                    let changed = Subscription {
                        status: before.status.request(),
                        language: language.clone(),
                        requested_at: now,
                        left_as: None,
                        paused_until: None,
                        ..before.clone()
                    };
                    self.changed.push(changed.clone());
                    changed
                }
            };
            let list = if after.status == SubscriptionStatus::Pending {
                &mut standing.pending
            } else {
                &mut standing.held
            };
            list.push(About {
                newsletter: newsletter.id,
                subscription: after.id,
                is_new: before.is_none(),
            });
        }
        standing
    }

    /// Which mail to send, or none because the address had its share: strangers must not flood a mailbox through us.
    fn mail_to_send(
        &self,
        context: &Context<'_>,
        standing: &Standing,
        known: &Known,
    ) -> Option<Mail> {
        let settings = &context.settings.signup;
        let caused: Vec<&CausedMail> = known
            .caused
            .iter()
            .filter(|(subscriber, _)| *subscriber == self.subscriber)
            .map(|(_, mail)| mail)
            .collect();
        if settings.is_reached(caused.len()) {
            return None;
        }
        let cooldown_from = context
            .now
            .saturating_sub(settings.confirmation_cooldown())
            .unwrap_or(context.now);
        let is_told = |kind: DeliveryKind, since: Timestamp, newsletter: NewsletterId| {
            caused.iter().any(|mail| {
                mail.kind == kind && mail.created_at() > since && mail.is_about(newsletter)
            })
        };
        let (kind, since, about) = if standing.pending.is_empty() {
            (
                DeliveryKind::AlreadySubscribed,
                known.day_ago,
                &standing.held,
            )
        } else {
            (DeliveryKind::Confirmation, cooldown_from, &standing.pending)
        };
        let all_told = about
            .iter()
            .all(|about| is_told(kind, since, about.newsletter));
        (!all_told).then(|| Mail {
            kind,
            about: about.clone(),
        })
    }
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
