//! The content of an edition, frozen: rendered once for all readers of one selection.

use jiff::{Timestamp, civil};
use sha2::{Digest as _, Sha256};

use super::compose::Order;
use super::{Context, Error};
use crate::domain::edition::{EditionStatus, NewEdition, Window};
use crate::domain::id::EditionId;
use crate::domain::newsletter::Newsletter;
use crate::domain::selection::Selection;
use crate::mail::digest::{DigestEmail, EditionLine, ReaderMarkers, preheader};
use crate::mail::email::{NewsletterLine, Rendered, render};

/// An edition without content.
pub(super) fn bare_edition(
    now: Timestamp,
    order: &Order<'_>,
    window: Window,
    variant: i16,
) -> NewEdition {
    NewEdition {
        id: EditionId::new(now),
        newsletter_id: order.newsletter.id,
        kind: order.kind,
        slot: order.slot.local,
        due_at: order.slot.due_at,
        window_from: window.from,
        window_until: window.until,
        status: EditionStatus::Delivering,
        skip_reason: None,
        subject: String::new(),
        preheader: String::new(),
        html: String::new(),
        plain: String::new(),
        web_html: String::new(),
        content_sha256: Vec::new(),
        article_count: 0,
        recipient_count: 0,
        created_at: now,
        completed_at: None,
        rhythm_id: order.rhythm.map(|rhythm| rhythm.id),
        variant,
    }
}

/// The edition with its content.
pub(super) fn frozen(
    bare: &NewEdition,
    newsletter: &Newsletter,
    selection: &Selection,
    context: &Context<'_>,
) -> Result<NewEdition, Error> {
    let email = digest_email(bare.id, bare.slot.date(), newsletter, selection, context);
    let mail = render(context.templates, &email)?;
    let page = render(
        context.templates,
        &DigestEmail {
            for_browser: true,
            ..email.clone()
        },
    )?;
    let Rendered {
        subject,
        text,
        html,
    } = mail;
    let mut hash = Sha256::new();
    for part in [&subject, &text, &html] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let article_count = selection.shown().count();
    Ok(NewEdition {
        content_sha256: hash.finalize().to_vec(),
        article_count: i32::try_from(article_count).unwrap_or(i32::MAX),
        preheader: email.edition.preheader,
        subject,
        html,
        plain: text,
        web_html: page.html,
        ..bare.clone()
    })
}

pub(super) fn digest_email(
    id: EditionId,
    date: civil::Date,
    newsletter: &Newsletter,
    selection: &Selection,
    context: &Context<'_>,
) -> DigestEmail {
    let (lead, sections, brief) = DigestEmail::blocks(selection);
    // "All stories on europablatt.example", but not "on 127.0.0.1".
    let home = url::Url::parse(&context.publisher.home_url).ok();
    let site_label = home
        .as_ref()
        .and_then(url::Url::domain)
        .unwrap_or(&context.publisher.name);
    let site_label = site_label.to_owned();
    DigestEmail {
        language: newsletter.language.clone(),
        newsletter: NewsletterLine::new(newsletter, context.site),
        edition: EditionLine {
            subject: lead
                .as_ref()
                .map(|lead| lead.title.clone())
                .unwrap_or_default(),
            preheader: preheader(selection),
            date: date.to_string(),
            browser_url: context.site.edition_url(id),
            article_count: selection.shown().count(),
            reading_minutes: selection
                .shown()
                .map(|article| article.reading_minutes)
                .sum(),
        },
        lead,
        sections,
        brief,
        site_label,
        for_browser: false,
        reader: ReaderMarkers::default(),
    }
}
