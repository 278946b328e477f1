//! The content of an edition, frozen: rendered once for all readers of one selection.

use jiff::{Timestamp, civil};

use super::Context;
use super::compose::Order;
use crate::domain::edition::{EditionStatus, NewContent, NewEdition, SkipReason, Window};
use crate::domain::id::EditionId;
use crate::domain::look::Look;
use crate::domain::newsletter::Newsletter;
use crate::domain::selection::Selection;
use crate::mail::freeze::{Frozen, Material, Unfrozen, freeze};

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
        warnings: Vec::new(),
    }
}

/// An edition of which nothing is sent.
pub(super) fn skipped(
    bare: NewEdition,
    now: Timestamp,
    reason: SkipReason,
    warnings: Vec<String>,
) -> NewEdition {
    NewEdition {
        status: EditionStatus::Skipped,
        skip_reason: Some(reason),
        completed_at: Some(now),
        warnings,
        ..bare
    }
}

/// Why an edition that cannot be sent as it is is skipped.
pub(super) fn reason(unfrozen: &Unfrozen) -> SkipReason {
    match unfrozen {
        Unfrozen::TooLarge { .. } => SkipReason::TooLarge,
        Unfrozen::Poisoned(_) => SkipReason::NoArticles,
        Unfrozen::Template(_) => SkipReason::TemplateError,
    }
}

/// Why a mail cannot be made, for the newsroom.
pub(super) fn told(unfrozen: &Unfrozen) -> String {
    match unfrozen {
        Unfrozen::Template(cause) => cause.told(),
        Unfrozen::TooLarge { .. } | Unfrozen::Poisoned(_) => unfrozen.to_string(),
    }
}

/// An edition that cannot be sent as it is. Its articles stay for the next one, after somebody has mended the cause.
pub(super) fn blocked(
    bare: NewEdition,
    now: Timestamp,
    newsletter: &Newsletter,
    unfrozen: &Unfrozen,
) -> NewEdition {
    let reason = reason(unfrozen);
    let why = told(unfrozen);
    tracing::error!(
        edition = %bare.id, newsletter = %newsletter.slug, %reason, why,
        "an edition cannot be made; nothing of it is sent"
    );
    skipped(bare, now, reason, vec![why])
}

/// What an edition is made of.
pub(super) fn material<'a>(
    id: EditionId,
    date: civil::Date,
    newsletter: &'a Newsletter,
    look: &'a Look,
    context: &Context<'a>,
) -> Material<'a> {
    Material {
        id,
        date,
        newsletter,
        look,
        publisher: context.publisher,
        site: context.site,
        templates: context.templates,
    }
}

/// The edition with its content, and its articles where they came to stand.
pub(super) fn frozen(
    bare: &NewEdition,
    order: &Order<'_>,
    look: &Look,
    selection: Selection,
    context: &Context<'_>,
) -> Result<(NewEdition, Selection), Unfrozen> {
    let frozen = freeze(
        &material(
            bare.id,
            order.slot.local.date(),
            order.newsletter,
            look,
            context,
        ),
        selection,
    )?;
    for warning in &frozen.warnings {
        tracing::warn!(
            edition = %bare.id, newsletter = %order.newsletter.slug, warning,
            "there is something to know about an edition"
        );
    }
    let (texts, selection) = content(frozen);
    Ok((with_content(bare, texts), selection))
}

/// A frozen mail as the database keeps it, and where its articles came to stand.
pub(super) fn content(frozen: Frozen) -> (NewContent, Selection) {
    let article_count = frozen.selection.shown().count();
    let content = NewContent {
        content_sha256: frozen.sha256,
        article_count: i32::try_from(article_count).unwrap_or(i32::MAX),
        preheader: frozen.preheader,
        subject: frozen.subject,
        html: frozen.html,
        plain: frozen.text,
        web_html: frozen.web_html,
        warnings: frozen.warnings,
    };
    (content, frozen.selection)
}

/// An edition with its content.
pub(super) fn with_content(bare: &NewEdition, content: NewContent) -> NewEdition {
    NewEdition {
        content_sha256: content.content_sha256,
        article_count: content.article_count,
        preheader: content.preheader,
        subject: content.subject,
        html: content.html,
        plain: content.plain,
        web_html: content.web_html,
        warnings: content.warnings,
        ..bare.clone()
    }
}
