//! Fills an empty database with a made-up newsroom: newsletters, articles, readers.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};
use rust_embed::RustEmbed;
use serde::Deserialize;

use crate::domain::approval::ApprovalSettings;
use crate::domain::article::{Arrival, Article, ArticleDraft, Image, LanguageSource};
use crate::domain::article_body::ArticleBody;
use crate::domain::choice::Choice;
use crate::domain::consent::{ConsentAction, ConsentSource, Scribe, Witness, Wording};
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{NewsletterId, SubscriberId, SubscriptionId};
use crate::domain::link_token::LinkKeys;
use crate::domain::newsletter::{Newsletter, NewsletterStatus};
use crate::domain::schedule::Schedule;
use crate::domain::site::Site;
use crate::domain::slug::Slug;
use crate::domain::subscriber::Subscriber;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use crate::domain::timing::Timing;
use crate::i18n::Words;
use crate::store::{self, articles, consents, newsletters, subscribers, subscriptions};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/config/demo"]
struct Files;

/// How many readers are made up.
const READERS: usize = 300;

/// Why the demo cannot be filled in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A built-in file is wrong, which a test rules out.
    #[error("the built-in demo content is wrong: {0}")]
    Content(String),
    /// The database failed.
    #[error("cannot fill in the demo")]
    Store(#[from] store::Error),
}

/// What the demo holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filled {
    /// Newsletters.
    pub newsletters: usize,
    /// Articles.
    pub articles: usize,
    /// Readers.
    pub readers: usize,
}

#[derive(Deserialize)]
struct Newsroom {
    publisher: crate::config::Publisher,
    newsletters: Vec<SampleNewsletter>,
    articles: Vec<SampleArticle>,
}

#[derive(Deserialize)]
struct SampleNewsletter {
    slug: String,
    title: String,
    promise: String,
    language: String,
    frequency: String,
    sender_name: String,
    sender_address: String,
    cron: String,
    zone: String,
    topics: Vec<String>,
}

#[derive(Deserialize)]
struct SampleArticle {
    external_id: String,
    slug: String,
    language: String,
    section: String,
    topics: Vec<String>,
    title: String,
    standfirst: String,
    authors: Vec<String>,
    published_hours_ago: f64,
    image: Option<SampleImage>,
    body_file: String,
}

#[derive(Deserialize)]
struct SampleImage {
    file: String,
    alt: String,
    caption: String,
    credit: String,
}

#[derive(Deserialize)]
struct Names {
    first: Vec<String>,
    domains: Vec<String>,
}

/// The made-up publisher, with its home at `site`.
///
/// # Errors
/// [`Error::Content`].
pub fn publisher(site: &Site) -> Result<crate::config::Publisher, Error> {
    let mut publisher = newsroom()?.publisher;
    publisher.home_url = publisher.home_url.replace("{base_url}", site.base_url());
    Ok(publisher)
}

/// A picture of the demo by its file name.
#[must_use]
pub fn image(name: &str) -> Option<Vec<u8>> {
    Files::get(&format!("images/{name}")).map(|file| file.data.into_owned())
}

/// Fills in the demo, or does nothing when there is a newsletter already.
///
/// # Errors
/// [`Error`].
pub fn fill(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    site: &Site,
) -> Result<Filled, Error> {
    if !newsletters::page(conn, None, 1)?.is_empty() {
        return Ok(Filled::default());
    }
    let scribe = Scribe {
        now,
        keys: keys.evidence(),
        witness: &Witness::default(),
    };
    let newsroom = newsroom()?;
    let mut made = Vec::new();
    for sample in &newsroom.newsletters {
        let newsletter = newsletter(now, sample)?;
        newsletters::insert(conn, newsletter.clone())?;
        made.push(newsletter);
    }
    for sample in &newsroom.articles {
        articles::insert(conn, article(now, site, sample)?)?;
    }
    let readers = fill_readers(conn, scribe, &made)?;
    Ok(Filled {
        newsletters: made.len(),
        articles: newsroom.articles.len(),
        readers,
    })
}

fn newsroom() -> Result<Newsroom, Error> {
    serde_json::from_slice(&file("newsroom.json")?).map_err(wrong)
}

fn file(path: &str) -> Result<Vec<u8>, Error> {
    Files::get(path)
        .map(|file| file.data.into_owned())
        .ok_or_else(|| Error::Content(format!("{path} is missing")))
}

fn wrong(cause: impl std::fmt::Display) -> Error {
    Error::Content(cause.to_string())
}

fn newsletter(now: Timestamp, sample: &SampleNewsletter) -> Result<Newsletter, Error> {
    let schedule = Schedule::parse(&sample.cron, &sample.zone).map_err(wrong)?;
    Ok(Newsletter {
        id: NewsletterId::new(now),
        slug: sample.slug.parse().map_err(wrong)?,
        title: sample.title.parse().map_err(wrong)?,
        promise: sample.promise.clone(),
        frequency: sample.frequency.clone(),
        language: sample.language.parse().map_err(wrong)?,
        sender_name: sample.sender_name.parse().map_err(wrong)?,
        sender_address: sample.sender_address.parse().map_err(wrong)?,
        schedule_cron: sample.cron.clone(),
        schedule_zone: sample.zone.clone(),
        topics: sample.topics.clone(),
        min_articles: 1,
        max_articles: 30,
        status: NewsletterStatus::Active,
        next_due_at: schedule.next_after(now).map(|slot| slot.due_at),
        created_at: now,
        updated_at: now,
        deliver_by: None,
        sites: Vec::new(),
        choice: Choice::default(),
        timing: Timing::default(),
        approval: ApprovalSettings::default(),
    })
}

fn article(now: Timestamp, site: &Site, sample: &SampleArticle) -> Result<Article, Error> {
    let slug: Slug = sample.slug.parse().map_err(wrong)?;
    let ago =
        SignedDuration::try_from_secs_f64(sample.published_hours_ago * 3600.0).map_err(wrong)?;
    let published_at = now.saturating_sub(ago).map_err(wrong)?;
    let body = String::from_utf8(file(&sample.body_file)?).map_err(wrong)?;
    let image = sample.image.as_ref().map(|image| Image {
        url: format!("{}/demo/{}", site.base_url(), image.file),
        alt: image.alt.clone(),
        caption: image.caption.clone(),
        credit: image.credit.clone(),
    });
    let draft = ArticleDraft {
        external_id: sample.external_id.parse().map_err(wrong)?,
        slug: Some(slug.clone()),
        url: format!("{}/articles/{slug}", site.base_url()),
        language: sample.language.parse().map_err(wrong)?,
        language_source: LanguageSource::Declared,
        section: sample.section.clone(),
        topics: sample.topics.clone(),
        title: sample.title.parse().map_err(wrong)?,
        standfirst: sample.standfirst.clone(),
        authors: sample.authors.clone(),
        image,
        body: ArticleBody::sanitise(&body).map_err(wrong)?,
        published_at,
        publish_at: None,
        expires_at: None,
        is_pinned: false,
    };
    let arrival = Arrival {
        now,
        cut: published_at,
    };
    // The newsroom published it in the past, and the server saw it then.
    Ok(Article {
        first_seen_at: published_at,
        available_at: published_at,
        ..Article::new(arrival, slug, &draft)
    })
}

/// Readers of the first newsletter, every third also of the second; every fourth reads the third instead.
fn fill_readers(
    conn: &mut PgConnection,
    scribe: Scribe<'_>,
    newsletters: &[Newsletter],
) -> Result<usize, Error> {
    let names: Names = serde_json::from_slice(&file("names.json")?).map_err(wrong)?;
    let addresses = names
        .domains
        .iter()
        .flat_map(|domain| {
            names
                .first
                .iter()
                .map(move |first| format!("{first}@{domain}"))
        })
        .take(READERS);
    let mut count = 0;
    for (number, address) in addresses.enumerate() {
        let address: EmailAddress = address.parse().map_err(wrong)?;
        let wanted: &[usize] = match number % 12 {
            3 | 7 | 11 => &[2],
            0 | 6 => &[0, 1],
            _ => &[0],
        };
        let chosen: Vec<&Newsletter> = wanted
            .iter()
            .filter_map(|index| newsletters.get(*index))
            .collect();
        fill_reader(conn, scribe, address, &chosen)?;
        count += 1;
    }
    Ok(count)
}

fn fill_reader(
    conn: &mut PgConnection,
    scribe: Scribe<'_>,
    address: EmailAddress,
    newsletters: &[&Newsletter],
) -> Result<(), Error> {
    let Some(first) = newsletters.first() else {
        return Ok(());
    };
    let now = scribe.now;
    let subscriber = Subscriber {
        id: SubscriberId::new(now),
        address_key: address.key(),
        address,
        language: first.language.clone(),
        created_at: now,
    };
    let subscriber = subscribers::upsert(conn, subscriber)?;
    let mut evidence = Vec::new();
    for newsletter in newsletters {
        let id = SubscriptionId::new(now);
        let subscription = Subscription {
            id,
            subscriber_id: subscriber.id,
            newsletter_id: newsletter.id,
            status: SubscriptionStatus::Active,
            language: newsletter.language.clone(),
            link_nonce: uuid::Uuid::new_v4(),
            requested_at: now,
            confirmed_at: Some(now),
            ended_at: None,
            rhythm_id: None,
            sent_until: None,
            left_as: None,
            paused_until: None,
            is_text_only: false,
            has_given_reason: false,
        };
        subscriptions::insert(conn, subscription)?;
        let wording = Wording {
            text: Words::built_in().at_signup(&newsletter.language, newsletter.title.as_str()),
            language: newsletter.language.clone(),
        };
        let (action, source) = (ConsentAction::Added, ConsentSource::Demo);
        let note = scribe.note(id, action, source, &wording, None);
        evidence.push(note.beginning(newsletter.id, &subscriber.address));
    }
    consents::insert(conn, scribe.keys, evidence)?;
    Ok(())
}
