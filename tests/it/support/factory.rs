//! Made-up content: newsletters, articles and readers, through the use cases that make them in production.

use jiff::{SignedDuration, Timestamp};
use tidings::domain::approval::ApprovalSettings;
use tidings::domain::article::{Article, ArticleDraft, Image, LanguageSource};
use tidings::domain::article_body::ArticleBody;
use tidings::domain::choice::Choice;
use tidings::domain::consent::{ConsentSource, Witness};
use tidings::domain::line::Line;
use tidings::domain::newsletter::Newsletter;
use tidings::domain::schedule::Schedule;
use tidings::domain::slug::Slug;
use tidings::domain::subscriber::Subscriber;
use tidings::domain::timing::Timing;
use tidings::usecases::{articles, newsletters, subscribers};

use super::app::TestApp;

fn line(text: &str) -> Line {
    Line::parse(text, 200).unwrap()
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A newsletter in the making.
#[must_use]
pub(crate) struct NewsletterFactory<'a> {
    app: &'a TestApp,
    draft: newsletters::Draft,
}

impl NewsletterFactory<'_> {
    /// The name for readers; otherwise the slug.
    pub(crate) fn title(mut self, title: &str) -> Self {
        self.draft.title = line(title);
        self
    }

    /// The rhythm in words; otherwise empty.
    pub(crate) fn frequency(mut self, frequency: &str) -> Self {
        frequency.clone_into(&mut self.draft.frequency);
        self
    }

    /// The language of its mails; otherwise English.
    pub(crate) fn language(mut self, language: &str) -> Self {
        self.draft.language = language.parse().unwrap();
        self
    }

    /// When it is due; otherwise every day at 07:00 in Berlin, which is next half an hour after a test's start.
    pub(crate) fn schedule(mut self, cron: &str, zone: &str) -> Self {
        self.draft.schedule = Schedule::parse(cron, zone).unwrap();
        self
    }

    /// Which articles enter; otherwise all.
    pub(crate) fn topics(mut self, topics: &[&str]) -> Self {
        self.draft.topics = owned(topics);
        self
    }

    /// By when its editions should have been sent; otherwise they are sent at once.
    pub(crate) fn deliver_by(mut self, time: &str) -> Self {
        self.draft.deliver_by = Some(time.parse().unwrap());
        self
    }

    /// Sites whose pages may hold its box; otherwise none.
    pub(crate) fn sites(mut self, sites: &[&str]) -> Self {
        self.draft.sites = sites.iter().map(|site| site.parse().unwrap()).collect();
        self
    }

    /// How it chooses, beside topics; otherwise as usual.
    pub(crate) fn choice(mut self, choice: Choice) -> Self {
        self.draft.choice = choice;
        self
    }

    /// So many minutes before the slot its editions are composed; otherwise at the slot.
    pub(crate) fn cut_off(mut self, minutes: i32) -> Self {
        self.draft.timing.cut_off_minutes = minutes;
        self
    }

    /// What becomes of a missed slot; otherwise one edition makes up for all.
    pub(crate) fn misfire(mut self, policy: &str) -> Self {
        self.draft.timing.misfire = policy.parse().unwrap();
        self
    }

    /// The fewest and the most articles of an edition; otherwise 1 and 20.
    pub(crate) fn articles(mut self, min: i32, max: i32) -> Self {
        (self.draft.min_articles, self.draft.max_articles) = (min, max);
        self
    }

    /// Makes it.
    pub(crate) async fn create(self) -> Newsletter {
        let (now, draft) = (self.app.now(), self.draft);
        self.app
            .run(move |conn| newsletters::create(conn, now, &draft))
            .await
    }
}

/// An article in the making.
#[must_use]
pub(crate) struct ArticleFactory<'a> {
    app: &'a TestApp,
    draft: ArticleDraft,
}

impl ArticleFactory<'_> {
    /// The publisher's id; otherwise one that no other article has.
    pub(crate) fn external_id(mut self, id: &str) -> Self {
        self.draft.external_id = line(id);
        self
    }

    /// Its language; otherwise English.
    pub(crate) fn language(mut self, language: &str) -> Self {
        self.draft.language = language.parse().unwrap();
        self
    }

    /// Its section; otherwise "Europe".
    pub(crate) fn section(mut self, section: &str) -> Self {
        section.clone_into(&mut self.draft.section);
        self
    }

    /// Its topics; otherwise none.
    pub(crate) fn topics(mut self, topics: &[&str]) -> Self {
        self.draft.topics = owned(topics);
        self
    }

    /// Where it can be read; otherwise at the Europablatt.
    pub(crate) fn url(mut self, url: &str) -> Self {
        url.clone_into(&mut self.draft.url);
        self
    }

    /// The sentence under the headline; otherwise empty.
    pub(crate) fn standfirst(mut self, standfirst: &str) -> Self {
        standfirst.clone_into(&mut self.draft.standfirst);
        self
    }

    /// Who wrote it; otherwise nobody is named.
    pub(crate) fn authors(mut self, authors: &[&str]) -> Self {
        self.draft.authors = owned(authors);
        self
    }

    /// Its text; otherwise one paragraph.
    pub(crate) fn body(mut self, html: &str) -> Self {
        self.draft.body = ArticleBody::sanitise(html).unwrap();
        self
    }

    /// Its picture; otherwise none.
    pub(crate) fn image(mut self, url: &str, alt: &str) -> Self {
        let (caption, credit) = (String::new(), "Europablatt".to_owned());
        self.draft.image = Some(Image {
            url: url.to_owned(),
            alt: alt.to_owned(),
            caption,
            credit,
        });
        self
    }

    /// Its embargo; otherwise none.
    pub(crate) fn publish_at(mut self, at: Timestamp) -> Self {
        self.draft.publish_at = Some(at);
        self
    }

    /// When it expires; otherwise never.
    pub(crate) fn expires_at(mut self, at: Timestamp) -> Self {
        self.draft.expires_at = Some(at);
        self
    }

    /// Makes it lead.
    pub(crate) fn pinned(mut self) -> Self {
        self.draft.is_pinned = true;
        self
    }

    /// When it was published; otherwise the moment it comes in.
    pub(crate) fn published_minutes_ago(mut self, minutes: i64) -> Self {
        self.draft.published_at = self
            .app
            .now()
            .checked_sub(SignedDuration::from_mins(minutes))
            .unwrap();
        self
    }

    /// What the publisher would tell.
    pub(crate) fn draft(self) -> ArticleDraft {
        self.draft
    }

    /// Stores it: it is first seen now, and digests go by that.
    pub(crate) async fn create(self) -> Article {
        let (now, draft) = (self.app.now(), self.draft);
        self.app
            .run(move |conn| articles::put(conn, now, &draft))
            .await
            .0
    }
}

impl TestApp {
    /// A newsletter called `slug`, in English, daily at 07:00 in Berlin, for every article.
    pub(crate) fn newsletter(&self, slug: &str) -> NewsletterFactory<'_> {
        let draft = newsletters::Draft {
            slug: slug.parse().unwrap(),
            title: line(slug),
            promise: "What matters, in five minutes.".to_owned(),
            frequency: String::new(),
            language: "en".parse().unwrap(),
            sender_name: line("Europablatt"),
            sender_address: "daily@news.europablatt.example".parse().unwrap(),
            schedule: Schedule::parse("0 7 * * *", "Europe/Berlin").unwrap(),
            topics: Vec::new(),
            min_articles: 1,
            max_articles: 20,
            deliver_by: None,
            sites: Vec::new(),
            choice: Choice::default(),
            timing: Timing::default(),
            approval: ApprovalSettings::default(),
        };
        NewsletterFactory { app: self, draft }
    }

    /// An English article in the section "Europe" without topics.
    pub(crate) fn article(&self, title: &str) -> ArticleFactory<'_> {
        let external_id = format!("eb-{}", self.next_number());
        let draft = ArticleDraft {
            url: format!(
                "https://www.europablatt.example/{}-{external_id}",
                Slug::from_title(title).as_str()
            ),
            external_id: line(&external_id),
            slug: None,
            language: "en".parse().unwrap(),
            language_source: LanguageSource::Declared,
            section: "Europe".to_owned(),
            topics: Vec::new(),
            title: line(title),
            standfirst: String::new(),
            authors: Vec::new(),
            image: None,
            body: ArticleBody::sanitise("<p>The ferry left on time.</p>").unwrap(),
            published_at: self.now(),
            publish_at: None,
            expires_at: None,
            is_pinned: false,
        };
        ArticleFactory { app: self, draft }
    }

    /// A reader who gets the newsletter from now on, without any mail: the newsroom adds them with their consent.
    pub(crate) async fn reader(&self, address: &str, newsletter: &str) -> Subscriber {
        let now = self.now();
        let addition = subscribers::Addition {
            address: address.parse().unwrap(),
            newsletters: vec![newsletter.parse().unwrap()],
            language: "en".parse().unwrap(),
            door: ConsentSource::Api,
            consent: "Ticked the box on the paper form at the summer fair".to_owned(),
            page_url: None,
            consented_at: now,
            witness: Witness::default(),
        };
        let keys = self.app.keys.clone();
        let (subscriber, results) = self
            .run(move |conn| subscribers::add(conn, now, &keys, &addition))
            .await;
        assert!(
            results
                .iter()
                .all(|(_, result)| *result == subscribers::Added::Added),
            "{results:?}"
        );
        subscriber.unwrap()
    }
}
