//! From chosen articles to the frozen mail of an edition, within the size that mail programs show.

use jiff::{Timestamp, civil};
use sha2::{Digest as _, Sha256};

use super::digest::{DigestEmail, EditionLine, ReaderMarkers, cut, preheader};
use super::email::{NewsletterLine, Rendered, render};
use super::judge::{self, Judged};
use super::message::Identity;
use crate::config::Publisher;
use crate::domain::article::Article;
use crate::domain::id::EditionId;
use crate::domain::line::{is_bidi_control, is_private_use};
use crate::domain::look::Look;
use crate::domain::newsletter::Newsletter;
use crate::domain::selection::Selection;
use crate::domain::site::Site;
use crate::templates::{TemplateError, Templates};

/// Above this stories are shortened, in bytes of the HTML part with a reader's parts in it.
pub const GOOD_BYTES: usize = 80 * 1024;

/// Above this nothing is sent: Gmail cuts off at about 102 KB, and the unsubscribe link with it.
pub const MAX_BYTES: usize = 100 * 1024;

/// What a reader's parts add at most: an address of 254 octets twice over, a date, a link.
const READER_BYTES: usize = 1024;

/// The longest text of an article, in bytes; what comes in through a door has at most 1,000 characters.
const MAX_TEXT_BYTES: usize = 8 * 1024;

/// What an edition is made of.
pub struct Material<'a> {
    /// Gives its address.
    pub id: EditionId,
    /// In the newsletter's zone.
    pub date: civil::Date,
    /// Of which newsletter.
    pub newsletter: &'a Newsletter,
    /// What it does differently from the publisher.
    pub look: &'a Look,
    /// The publisher.
    pub publisher: &'a Publisher,
    /// The public address.
    pub site: &'a Site,
    /// The words and looks.
    pub templates: &'a Templates,
}

/// The mail of an edition, with markers for what differs per reader.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// One line.
    pub subject: String,
    /// What inboxes show after it.
    pub preheader: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The page for nobody in particular.
    pub web_html: String,
    /// Over subject and parts.
    pub sha256: Vec<u8>,
    /// Where the articles came to stand.
    pub selection: Selection,
    /// What the newsroom should know.
    pub warnings: Vec<String>,
}

/// Why an edition cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum Unfrozen {
    /// Even with every story in brief.
    #[error(
        "the HTML part has {bytes} bytes and at most {MAX_BYTES} are sent, because Gmail cuts off longer mails: lower max_articles or shorten headlines"
    )]
    TooLarge {
        /// Of the HTML part.
        bytes: usize,
    },
    /// No article can be shown.
    #[error("no article can be shown: {0}")]
    Poisoned(String),
    /// A template failed.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// Renders the mail; while it is over 80 KB, the last full story becomes a line of "in brief".
///
/// # Errors
/// [`Unfrozen`].
pub fn freeze(material: &Material<'_>, selection: Selection) -> Result<Frozen, Unfrozen> {
    let mut warnings = Vec::new();
    let mut selection = without_poison(selection, &mut warnings);
    if selection.shown().next().is_none() {
        return Err(Unfrozen::Poisoned(warnings.join("; ")));
    }
    let mut shortened = 0_usize;
    let (email, mail) = loop {
        let email = digest_email(material, &selection);
        let mail = render(material.templates, &email)?;
        if mail.html.len() + READER_BYTES <= GOOD_BYTES || !shorten(&mut selection) {
            break (email, mail);
        }
        shortened += 1;
    };
    let bytes = mail.html.len() + READER_BYTES;
    if bytes > MAX_BYTES {
        return Err(Unfrozen::TooLarge { bytes });
    }
    if shortened > 0 {
        warnings.push(format!(
            "the mail was over {GOOD_BYTES} bytes: {shortened} stories were moved to \"in brief\""
        ));
    }
    if bytes > GOOD_BYTES {
        warnings.push(format!(
            "the HTML part has {bytes} bytes; Gmail cuts off at about 102000"
        ));
    }
    let page = render(
        material.templates,
        &DigestEmail {
            for_browser: true,
            ..email.clone()
        },
    )?;
    warnings.extend(findings(material, &email, &mail));
    Ok(Frozen {
        selection,
        warnings,
        ..Frozen::new(email.edition.preheader, mail, page.html)
    })
}

impl Frozen {
    /// A mail that shows no stories.
    pub(super) fn new(preheader: String, mail: Rendered, web_html: String) -> Self {
        let mut hash = Sha256::new();
        for part in [&mail.subject, &mail.text, &mail.html] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        Self {
            subject: mail.subject,
            preheader,
            text: mail.text,
            html: mail.html,
            web_html,
            sha256: hash.finalize().to_vec(),
            selection: Selection::default(),
            warnings: Vec::new(),
        }
    }
}

/// What the linter says about the mail, once for all of its readers.
fn findings(material: &Material<'_>, email: &DigestEmail, mail: &Rendered) -> Vec<String> {
    let newsletter = material.newsletter;
    let identity = Identity {
        from: newsletter.sender_address.clone(),
        return_path: newsletter.sender_address.clone(),
        name: material.publisher.name.clone(),
    };
    let words = material.templates.words();
    let judged = judge::report(&Judged {
        id: material.id,
        date: Timestamp::UNIX_EPOCH,
        newsletter,
        site: material.site,
        identity: &identity,
        postal_address: &email.brand.postal_address,
        subscribed_on: words.date_long(&newsletter.language, material.date),
        frozen: mail,
    });
    match judged {
        Ok(report) => report.findings.iter().map(judge::told).collect(),
        Err(cause) => vec![format!("the mail cannot be made: {cause}")],
    }
}

/// Takes out what our doors refuse and a row may hold all the same, after a restore or an import past them: the edition
/// goes without it, and says so.
fn without_poison(mut selection: Selection, warnings: &mut Vec<String>) -> Selection {
    let mut left_out = Vec::new();
    let mut keep = |article: &Article| match poison(article) {
        None => true,
        Some(why) => {
            let id = shown(article.external_id.as_str());
            warnings.push(format!("article {id} was left out: {why}"));
            left_out.push(article.clone());
            false
        }
    };
    selection.lead = selection.lead.filter(|article| keep(article));
    for (_, articles) in &mut selection.sections {
        articles.retain(|article| keep(article));
    }
    selection.brief.retain(keep);
    selection
        .sections
        .retain(|(_, articles)| !articles.is_empty());
    selection.left_out.extend(left_out);
    selection.with_lead()
}

/// Why an article cannot be shown, if it cannot.
fn poison(article: &Article) -> Option<&'static str> {
    let is_web = |text: &str| {
        url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
    };
    let texts = [
        article.title.as_str(),
        &article.standfirst,
        &article.section,
        &article.image_alt,
    ];
    let texts = texts
        .into_iter()
        .chain(article.authors.iter().map(String::as_str));
    let is_bad = |c: char| c.is_control() || is_private_use(c) || is_bidi_control(c);
    if !is_web(&article.url) {
        Some("its address is no web address")
    } else if article.image_url.as_deref().is_some_and(|url| !is_web(url)) {
        Some("the address of its picture is no web address")
    } else if texts.clone().any(|text| text.contains(is_bad)) {
        Some("a text of it holds control, private-use or direction characters")
    } else if texts.clone().any(|text| text.len() > MAX_TEXT_BYTES) {
        Some("a text of it is too long")
    } else {
        None
    }
}

/// An id as one line of at most 60 characters.
fn shown(id: &str) -> String {
    id.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Moves the last full story to the top of "in brief"; the lead stays. Whether there was one.
fn shorten(selection: &mut Selection) -> bool {
    let Some((_, articles)) = selection.sections.last_mut() else {
        return false;
    };
    let last = articles.pop();
    if articles.is_empty() {
        selection.sections.pop();
    }
    if let Some(article) = last {
        selection.brief.insert(0, article);
    }
    true
}

/// "All stories on europablatt.example", but not "on 127.0.0.1".
fn site_label(publisher: &Publisher) -> String {
    let home = url::Url::parse(&publisher.home_url).ok();
    let domain = home.as_ref().and_then(url::Url::domain);
    domain.unwrap_or(&publisher.name).to_owned()
}

fn digest_email(material: &Material<'_>, selection: &Selection) -> DigestEmail {
    let (lead, sections, brief) = DigestEmail::blocks(selection, &material.newsletter.language);
    let newsletter = material.newsletter;
    let headline = lead.as_ref().map_or("", |lead| lead.title.as_str());
    let count = selection.shown().count();
    let date = material
        .templates
        .words()
        .date_long(&newsletter.language, material.date);
    let title = newsletter.title.as_str();
    let subject = material.look.subject().fill(headline, &date, title, count);
    // Of one story without a standfirst there is nothing left to say but whose it is.
    let line = [preheader(selection), cut(&newsletter.promise)]
        .into_iter()
        .find(|line| !line.is_empty() && *line != subject && *line != headline)
        .unwrap_or_else(|| format!("{title} · {date}"));
    DigestEmail {
        language: newsletter.language.clone(),
        newsletter: NewsletterLine::new(newsletter, material.site),
        brand: material.look.over(&material.publisher.brand()),
        edition: EditionLine {
            subject,
            preheader: line,
            date: material.date.to_string(),
            browser_url: material.site.edition_url(material.id),
            article_count: count,
            reading_minutes: selection
                .shown()
                .map(|article| article.reading_minutes)
                .fold(0, i32::saturating_add),
        },
        site_label: site_label(material.publisher),
        lead,
        sections,
        brief,
        for_browser: false,
        reader: ReaderMarkers::default(),
    }
}
