//! Making the messages of a batch: what they are about is read in one statement per table.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::PreparedEditions;
use super::facts::Facts;
use crate::config;
use crate::domain::approval::Fingerprint;
use crate::domain::delivery::{Delivery, DeliveryKind};
use crate::domain::edition::EditionStatus;
use crate::domain::email_address::EmailAddress;
use crate::domain::language::Language;
use crate::domain::link_token::{LinkKeys, Purpose};
use crate::domain::newsletter::Newsletter;
use crate::domain::signup::Signup;
use crate::domain::site::Site;
use crate::domain::subscriber::Subscriber;
use crate::domain::subscription::Subscription;
use crate::mail::already_subscribed::{AlreadySubscribedEmail, Held};
use crate::mail::approval::ApprovalEmail;
use crate::mail::attack::{AttackEmail, Calls};
use crate::mail::confirmation::ConfirmationEmail;
use crate::mail::email::{NewsletterLine, Rendered, render};
use crate::mail::message::{self, Content, Identity, Kind, Message, MessageError, Parts};
use crate::mail::prepared;
use crate::mail::reader_link::{About, ReaderLinkEmail};
use crate::templates::{TemplateError, Templates};

/// Why one mail was not made; the others of the batch are.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unprepared {
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
    /// What was prepared before.
    pub editions: &'a PreparedEditions,
}

impl Facts {
    pub(super) fn message(
        &self,
        delivery: &Delivery,
        context: &Context<'_>,
    ) -> Result<Message, Unprepared> {
        match delivery.kind {
            DeliveryKind::Confirmation => self.confirmation(delivery, context),
            DeliveryKind::AlreadySubscribed => self.already_subscribed(delivery, context),
            DeliveryKind::Test => self.test(delivery, context),
            DeliveryKind::Approval => self.approval(delivery, context),
            DeliveryKind::Attack => self.attack(delivery, context),
            DeliveryKind::PreferencesLink => self.link(delivery, About::Preferences, context),
            DeliveryKind::AddressNew => self.link(delivery, About::New, context),
            DeliveryKind::AddressOld => self.link(delivery, About::Old, context),
            DeliveryKind::AddressTaken => self.link(delivery, About::Taken, context),
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
        let issue = |purpose| {
            context
                .keys
                .issue(purpose, signup.id.as_uuid(), signup.nonce)
        };
        let (token, hidden) = (issue(Purpose::Confirm), issue(Purpose::Canary));
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
            language: context.templates.words().spoken(&signup.language),
            address: reader.address.as_str().to_owned(),
            newsletters: newsletters
                .iter()
                .map(|row| NewsletterLine::new(row, context.site))
                .collect(),
            confirm_url: context.site.confirm_url(&token),
            hidden_url: context.site.hidden_url(&hidden),
            expires_on: civil_date(signup.expires_at, zone),
            lifetime_days: context.signup.confirmation_lifetime_days,
            site: host.to_owned(),
        };
        let rendered = render(context.templates, &email)?;
        single(
            delivery,
            &reader.address,
            &email.language,
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
            language: context.templates.words().spoken(&signup.language),
            address: reader.address.as_str().to_owned(),
            newsletters,
        };
        let rendered = render(context.templates, &email)?;
        single(
            delivery,
            &reader.address,
            &email.language,
            &rendered,
            context,
        )
    }

    /// A link to a reader, or to the address to which a reader wants to move; only while it is of use.
    fn link(
        &self,
        delivery: &Delivery,
        about: About,
        context: &Context<'_>,
    ) -> Result<Message, Unprepared> {
        let reader = self.reader(delivery)?;
        let link = delivery.reader_link_id.and_then(|id| self.links.get(&id));
        let link = link.ok_or(Unprepared::Unwanted)?;
        if link.used_at.is_some() || link.stopped_at.is_some() {
            return Err(Unprepared::Unwanted);
        }
        let to = match about {
            About::New => link.new_address.as_ref().ok_or(Unprepared::Unwanted)?,
            About::Preferences | About::Old | About::Taken => &reader.address,
        };
        let token = |purpose| context.keys.issue(purpose, link.id.as_uuid(), link.nonce);
        let url = match about {
            About::Preferences | About::Taken => context
                .site
                .preferences_url(&token(Purpose::AllPreferences)),
            About::New => context
                .site
                .address_url("change", &token(Purpose::ChangeAddress)),
            About::Old => context
                .site
                .address_url("stop", &token(Purpose::StopAddressChange)),
        };
        let new_address = link.new_address.as_ref().map(EmailAddress::masked);
        let email = ReaderLinkEmail {
            language: context.templates.words().spoken(&link.language),
            about,
            address: to.as_str().to_owned(),
            new_address: new_address.unwrap_or_default(),
            url,
            expires_on: civil_date(link.expires_at, "UTC"),
        };
        let rendered = render(context.templates, &email)?;
        single(delivery, to, &email.language, &rendered, context)
    }

    /// The request to an editor; only while the version that it is about waits.
    fn approval(&self, delivery: &Delivery, context: &Context<'_>) -> Result<Message, Unprepared> {
        let address = delivery.test_address.as_ref().ok_or(Unprepared::Unwanted)?;
        let id = delivery.edition_id.ok_or(Unprepared::Unwanted)?;
        let (edition, _) = self.editions.get(&id).ok_or(Unprepared::Unwanted)?;
        let newsletter = self.newsletters.get(&edition.newsletter_id);
        let newsletter = newsletter.ok_or(Unprepared::Unwanted)?;
        let (approval, not_before) = self.approvals.get(&id).ok_or(Unprepared::Unwanted)?;
        let is_open =
            edition.status == EditionStatus::AwaitingApproval && approval.approved_at.is_none();
        if !is_open || approval.requested_at != delivery.created_at {
            return Err(Unprepared::Unwanted);
        }
        let url = |purpose: Purpose, action: &str| {
            let token = context
                .keys
                .issue(purpose, delivery.id.as_uuid(), approval.nonce);
            context.site.editors_url(action, &token)
        };
        let zone = newsletter.schedule_zone.as_str();
        let fingerprint = Fingerprint::from_bytes(&approval.fingerprint);
        let email = ApprovalEmail {
            language: context.templates.words().spoken(&newsletter.language),
            address: address.as_str().to_owned(),
            newsletter: NewsletterLine::new(newsletter, context.site),
            subject: edition.subject.clone(),
            article_count: edition.article_count,
            recipient_count: edition.recipient_count,
            send_date: civil_date(*not_before, zone),
            send_time: civil_time(*not_before, zone),
            deadline_date: civil_date(approval.deadline_at, zone),
            deadline_time: civil_time(approval.deadline_at, zone),
            zone: zone.to_owned(),
            overdue: approval.overdue.to_string(),
            hash: fingerprint.map(|hash| hash.short()).unwrap_or_default(),
            look_url: url(Purpose::LookAtEdition, "look"),
            hold_url: url(Purpose::HoldEdition, "hold"),
            approve_url: url(Purpose::ApproveEdition, "approve"),
        };
        let rendered = render(context.templates, &email)?;
        single(delivery, address, &email.language, &rendered, context)
    }

    /// The alert of an attack; one that is over by now is worth knowing, too.
    fn attack(&self, delivery: &Delivery, context: &Context<'_>) -> Result<Message, Unprepared> {
        let address = delivery.test_address.as_ref().ok_or(Unprepared::Unwanted)?;
        let found = delivery.attack_id.and_then(|id| self.attacks.get(&id));
        let (attack, language) = found.ok_or(Unprepared::Unwanted)?;
        let calls = Calls {
            base_url: context.site.base_url(),
        };
        let (status_command, status_url) = calls.status();
        let (purge_command, purge_url) = calls.purge();
        let email = AttackEmail {
            language: context.templates.words().spoken(language),
            address: address.as_str().to_owned(),
            requests: attack.figures.requests,
            window_minutes: attack.window_minutes,
            normal: attack.figures.normal,
            threshold: attack.threshold,
            asked: attack.figures.asked,
            confirmed: attack.figures.confirmed,
            status_command,
            status_url,
            purge_command,
            purge_url,
        };
        let rendered = render(context.templates, &email)?;
        single(delivery, address, &email.language, &rendered, context)
    }

    /// A copy for the newsroom: as readers get it, marked, and with links that change nothing.
    fn test(&self, delivery: &Delivery, context: &Context<'_>) -> Result<Message, Unprepared> {
        let address = delivery.test_address.clone().ok_or(Unprepared::Unwanted)?;
        let (edition, texts) = delivery
            .edition_id
            .and_then(|id| self.editions.get(&id))
            .ok_or(Unprepared::Unwanted)?;
        let newsletter = self
            .newsletters
            .get(&edition.newsletter_id)
            .ok_or(Unprepared::Unwanted)?;
        let zone = TimeZone::get(&newsletter.schedule_zone).unwrap_or(TimeZone::UTC);
        let since = delivery.created_at.to_zoned(zone).date();
        let frozen = Rendered {
            subject: format!("[Test] {}", texts.subject),
            text: texts.plain.clone(),
            html: texts.html.clone(),
        };
        let kind = Kind::List {
            slug: newsletter.slug.to_string(),
            sender_name: newsletter.sender_name.as_str().to_owned(),
            sender_address: newsletter.sender_address.clone(),
            unsubscribe_url: String::new(),
            archive_url: context.site.edition_url(edition.id),
            is_test: true,
        };
        let edition = prepared::Edition {
            id: edition.id,
            date: delivery.created_at,
            language: &newsletter.language,
            frozen: &frozen,
            kind: &kind,
            unsubscribe_base: context.site.unsubscribe_url(""),
            preferences_base: context.site.preferences_url(""),
            is_text_only: false,
        };
        let reader = prepared::Reader {
            delivery: delivery.id,
            address,
            subscribed_on: context
                .templates
                .words()
                .date_long(&newsletter.language, since)
                .into(),
            unsubscribe_token: "test".to_owned(),
            preferences_token: "test".to_owned(),
        };
        Ok(prepared::slow(context.identity, &edition, &reader)?)
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
    let parts = Parts {
        delivery: delivery.id,
        boundary: delivery.id.as_uuid(),
        date: delivery.created_at,
        to,
        language,
        content: &Content::from(rendered),
        kind: &Kind::Single,
    };
    Ok(message::build(context.identity, &parts)?)
}

fn civil_time(at: Timestamp, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).strftime("%H:%M").to_string()
}

fn civil_date(at: Timestamp, zone: &str) -> String {
    at.in_tz(zone)
        .map_or_else(
            |_| at.to_zoned(jiff::tz::TimeZone::UTC).date(),
            |zoned| zoned.date(),
        )
        .to_string()
}
