//! The content of an edition, frozen: rendered once for all readers of one selection.

use jiff::Timestamp;

use super::Context;
use super::compose::Order;
use crate::domain::edition::{EditionStatus, NewEdition, SkipReason, Window};
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

/// An edition that cannot be sent as it is. Its articles stay for the next one, after somebody has mended the cause.
pub(super) fn blocked(
    bare: NewEdition,
    now: Timestamp,
    newsletter: &Newsletter,
    unfrozen: &Unfrozen,
) -> NewEdition {
    let reason = reason(unfrozen);
    let why = match unfrozen {
        Unfrozen::Template(cause) => cause.told(),
        Unfrozen::TooLarge { .. } | Unfrozen::Poisoned(_) => unfrozen.to_string(),
    };
    tracing::error!(
        edition = %bare.id, newsletter = %newsletter.slug, %reason, why,
        "an edition cannot be made; nothing of it is sent"
    );
    skipped(bare, now, reason, vec![why])
}

/// What an edition is made of.
pub(super) fn material<'a>(
    id: EditionId,
    order: &Order<'a>,
    look: &'a Look,
    context: &Context<'a>,
) -> Material<'a> {
    Material {
        id,
        date: order.slot.local.date(),
        newsletter: order.newsletter,
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
    let Frozen {
        subject,
        preheader,
        text,
        html,
        web_html,
        sha256,
        selection,
        warnings,
    } = freeze(&material(bare.id, order, look, context), selection)?;
    for warning in &warnings {
        tracing::warn!(
            edition = %bare.id, newsletter = %order.newsletter.slug, warning,
            "there is something to know about an edition"
        );
    }
    let article_count = selection.shown().count();
    let edition = NewEdition {
        content_sha256: sha256,
        article_count: i32::try_from(article_count).unwrap_or(i32::MAX),
        preheader,
        subject,
        html,
        plain: text,
        web_html,
        warnings,
        ..bare.clone()
    };
    Ok((edition, selection))
}
