//! An article is taken out of editions that are frozen, or replaced in them, and readers who were sent it are told.
//!
//! What a reader has in the inbox cannot be taken back. So every mail that has not begun holds the new content from the
//! commit on, and the ledger shows of every other which version it was: exactly those readers can be told.
//!
//! An edition is made anew from its articles as they were frozen, so that nothing else in it changes; the newsletter's title
//! and look are those of now. What was before is kept as evidence.

use diesel::PgConnection;
use jiff::Timestamp;

use super::freeze::{bare_edition, content, material, told, with_content};
use super::{Context, Error as DigestError, Order, approval, local, plan_send};
use crate::domain::article::{Arrival, Article, ArticleStatus};
use crate::domain::correction::{
    CorrectedEdition, Correction, CorrectionAction, CorrectionOutcome, Reach,
};
use crate::domain::edition::{Edition, EditionKind, EditionStatus, NewContent, Window};
use crate::domain::id::{CorrectionId, EditionId, NewsletterId};
use crate::domain::line::Line;
use crate::domain::look::Look;
use crate::domain::newsletter::Newsletter;
use crate::domain::schedule::Slot;
use crate::domain::selection::Selection;
use crate::mail::correction::{self as mail, Instead, Notice};
use crate::mail::freeze::freeze;
use crate::store::{
    self, articles, corrections, cut, editions, looks, newsletters, rhythms, sends, stops,
};
use crate::templates::TemplateError;

/// How many corrections of one article are listed.
const LISTED: i64 = 50;

/// How many notices of one newsletter may begin at the very same instant.
const NOTICES_AT_ONCE: i16 = 100;

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no article with this id.
    #[error("there is no such article")]
    NoArticle,
    /// There is no correction with this id.
    #[error("there is no such correction")]
    NotFound,
    /// What is to stand in its place cannot be shown.
    #[error("the article {id} cannot stand in its place: {why}")]
    Replacement {
        /// Which one.
        id: String,
        /// Why.
        why: &'static str,
    },
    /// Every reader who was sent what was wrong has left or was told.
    #[error(
        "there is nobody to tell: no reader who still gets the newsletter was sent what was wrong, or all were told"
    )]
    NobodyToTell,
    /// The notice cannot be made.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// An edition could not be changed or added.
    #[error(transparent)]
    Digest(#[from] DigestError),
    /// The database failed.
    #[error("cannot read or write the correction")]
    Store(#[from] store::Error),
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Wish {
    /// Take the article out, and hide it.
    Retract,
    /// Put the article as it is now in the place of what was frozen.
    Refresh,
    /// Put the article with this publisher's id in its place, and hide it.
    Replace(String),
}

/// What a correction did to one edition.
#[derive(Debug, Clone)]
pub struct Corrected {
    /// What was done.
    pub row: CorrectedEdition,
    /// The edition as it is now.
    pub edition: Edition,
    /// Its newsletter.
    pub newsletter: Newsletter,
    /// Where its mails stand.
    pub reach: Reach,
}

/// How a correction stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What was done, and why.
    pub correction: Correction,
    /// The article that was wrong, as it is now.
    pub article: Article,
    /// What stands in its place.
    pub replacement: Option<Article>,
    /// The editions that held it.
    pub editions: Vec<Corrected>,
    /// The notices that were made.
    pub notices: Vec<Edition>,
    /// How many readers the notices were sent to, or are to be.
    pub told: i64,
}

/// What a notice says.
#[derive(Debug, Clone)]
pub struct Words {
    /// The subject; `None`: one that names the story.
    pub subject: Option<Line>,
    /// The text, with an empty line between paragraphs.
    pub text: String,
}

/// Takes an article out of every edition that holds it, or replaces it there. Mails that have begun stay as they were; an
/// edition that falls below the newsletter's minimum is stopped; one that waits for approval is asked about anew; one whose
/// mail cannot be made is paused.
///
/// # Errors
/// [`Error::NoArticle`], [`Error::Replacement`]: then nothing changed.
pub fn correct(
    conn: &mut PgConnection,
    now: Timestamp,
    external_id: &str,
    wish: &Wish,
    reason: &str,
    context: &Context<'_>,
) -> Result<Standing, Error> {
    // Whoever is composing is through before the article is looked for, and nobody composes with it after that.
    newsletters::hold_all(conn)?;
    rhythms::hold_all(conn)?;
    let arrival = Arrival {
        now,
        cut: cut::hold(conn)?,
    };
    let article = articles::lock_by_external_id(conn, external_id)?.ok_or(Error::NoArticle)?;
    let replacement = match wish {
        Wish::Retract => None,
        Wish::Refresh => Some(fit(now, article.clone())?),
        Wish::Replace(id) if *id == external_id => Some(fit(now, article.clone())?),
        Wish::Replace(id) => Some(stand_in(conn, now, id)?),
    };
    if replacement
        .as_ref()
        .is_none_or(|other| other.id != article.id)
    {
        let hidden = article.with_status(arrival, ArticleStatus::Hidden);
        if hidden != article {
            articles::update(conn, hidden)?;
        }
    }
    let id = CorrectionId::new(now);
    let mut rows = Vec::new();
    for (edition, from_version) in corrections::lock_holding(conn, article.id)? {
        let (outcome, detail, title) =
            correct_one(conn, now, &edition, &article, replacement.as_ref(), context)?;
        tracing::warn!(edition = %edition.id, %outcome, article = external_id, "an edition was corrected");
        rows.push(CorrectedEdition {
            correction_id: id,
            edition_id: edition.id,
            from_version,
            until_version: edition.content_version.saturating_add(1),
            title,
            outcome,
            detail,
        });
    }
    let correction = Correction {
        id,
        article_id: article.id,
        action: match wish {
            Wish::Retract => CorrectionAction::Retract,
            Wish::Refresh | Wish::Replace(_) => CorrectionAction::Replace,
        },
        replacement_id: replacement.map(|other| other.id),
        reason: reason.to_owned(),
        created_at: now,
    };
    corrections::insert(conn, correction, rows)?;
    show(conn, id)
}

/// The article that takes the place. It may reach some readers this way before an edition of their own holds it.
fn stand_in(conn: &mut PgConnection, now: Timestamp, id: &str) -> Result<Article, Error> {
    let missing = || Error::Replacement {
        id: id.to_owned(),
        why: "there is no such article",
    };
    let article = articles::lock_by_external_id(conn, id)?.ok_or_else(missing)?;
    let article = fit(now, article)?;
    if article.is_back {
        return Ok(article);
    }
    let article = Article {
        is_back: true,
        ..article
    };
    articles::update(conn, article.clone())?;
    Ok(article)
}

fn fit(now: Timestamp, article: Article) -> Result<Article, Error> {
    let why = if article.status == ArticleStatus::Hidden {
        "it is hidden"
    } else if article.publish_at.is_some_and(|at| at > now) {
        "it is under embargo"
    } else {
        return Ok(article);
    };
    Err(Error::Replacement {
        id: article.external_id.to_string(),
        why,
    })
}

type Done = (CorrectionOutcome, Option<String>, Line);

fn correct_one(
    conn: &mut PgConnection,
    now: Timestamp,
    edition: &Edition,
    wrong: &Article,
    replacement: Option<&Article>,
    context: &Context<'_>,
) -> Result<Done, Error> {
    let (newsletter, look) = newsletter_of(conn, now, edition.newsletter_id)?;
    let mut held = corrections::frozen_articles(conn, edition.id)?;
    let title = held.iter().find(|(article, _)| article.id == wrong.id);
    let title = title.map_or_else(|| wrong.title.clone(), |(article, _)| article.title.clone());
    // What it holds or held already is not put into it twice.
    let replacement = match replacement {
        Some(other) if other.id != wrong.id => {
            (!corrections::has_held(conn, edition.id, other.id)?).then_some(other)
        }
        other => other,
    };
    match replacement {
        Some(other) => {
            for (article, _) in held
                .iter_mut()
                .filter(|(article, _)| article.id == wrong.id)
            {
                *article = other.clone();
            }
        }
        None => held.retain(|(article, _)| article.id != wrong.id),
    }
    let selection = Selection::of_placements(held);
    let left = selection.shown().count();
    let made = if left == 0 {
        Ok((empty(edition), selection))
    } else {
        let date = edition.slot.date();
        let material = material(edition.id, date, &newsletter, &look, context);
        freeze(&material, selection).map(content)
    };
    let (new, selection) = match made {
        Ok(made) => made,
        Err(unfrozen) => {
            let why = format!("a correction could not be made: {}", told(&unfrozen));
            let open = [EditionStatus::Delivering];
            sends::change_status(conn, edition.id, &open, EditionStatus::Paused, Some(&why))?;
            return Ok((CorrectionOutcome::Blocked, Some(why), title));
        }
    };
    let version = corrections::replace_content(conn, now, edition.id, new)?;
    corrections::replace_articles(conn, edition.id, version, &selection.placements())?;
    let min = min(conn, &newsletter, edition)?;
    if left == 0 || edition.status.is_open() && left < min {
        let why = format!(
            "a correction left {left} articles, and at least {} are sent",
            min.max(1)
        );
        stop(conn, now, edition, &why)?;
        return Ok((CorrectionOutcome::Stopped, Some(why), title));
    }
    if edition.status == EditionStatus::AwaitingApproval {
        approval::ask_anew(conn, now, edition.id)?;
    }
    Ok((CorrectionOutcome::Corrected, None, title))
}

/// Everything in it was taken back: no mail, no page.
fn empty(edition: &Edition) -> NewContent {
    NewContent {
        subject: edition.subject.clone(),
        warnings: vec!["every article in it was taken back".to_owned()],
        ..NewContent::default()
    }
}

/// Fewer articles are not sent.
fn min(
    conn: &mut PgConnection,
    newsletter: &Newsletter,
    edition: &Edition,
) -> Result<usize, Error> {
    let rhythm = match edition.rhythm_id {
        Some(id) => rhythms::find_all(conn, &[id])?.pop(),
        None => None,
    };
    Ok(super::compose::min(newsletter, rhythm.as_ref()))
}

/// No more mails of an edition are sent, and it is not sent again.
fn stop(
    conn: &mut PgConnection,
    now: Timestamp,
    edition: &Edition,
    why: &str,
) -> Result<(), Error> {
    let from = [edition.status];
    sends::change_status(conn, edition.id, &from, EditionStatus::Stopped, Some(why))?;
    stops::cancel(conn, now, edition.id, stops::AT_ONCE)?;
    Ok(())
}

fn newsletter_of(
    conn: &mut PgConnection,
    now: Timestamp,
    id: NewsletterId,
) -> Result<(Newsletter, Look), Error> {
    let newsletter = newsletters::find_all(conn, &[id])?.pop();
    let newsletter = newsletter.ok_or(DigestError::NotFound)?;
    let look = looks::find(conn, id)?;
    Ok((newsletter, look.unwrap_or_else(|| Look::plain(id, now))))
}

/// How a correction stands.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(conn: &mut PgConnection, id: CorrectionId) -> Result<Standing, Error> {
    let correction = corrections::lock(conn, id)?.ok_or(Error::NotFound)?;
    standing(conn, correction)
}

/// How the newest corrections of one article stand, the newest first.
///
/// # Errors
/// [`Error::NoArticle`].
pub fn of_article(conn: &mut PgConnection, external_id: &str) -> Result<Vec<Standing>, Error> {
    let article = articles::find_by_external_id(conn, external_id)?.ok_or(Error::NoArticle)?;
    let all = corrections::of_article(conn, article.id, LISTED)?;
    all.into_iter().map(|one| standing(conn, one)).collect()
}

fn standing(conn: &mut PgConnection, correction: Correction) -> Result<Standing, Error> {
    let mut ids = vec![correction.article_id];
    ids.extend(correction.replacement_id);
    let found = articles::find_all(conn, &ids)?;
    let find = |id| {
        found
            .iter()
            .find(|article: &&Article| article.id == id)
            .cloned()
    };
    let article = find(correction.article_id).ok_or(Error::NoArticle)?;
    let replacement = correction.replacement_id.and_then(find);
    let mut corrected = Vec::new();
    for (row, edition) in corrections::editions_of(conn, correction.id)? {
        let newsletter = newsletters::find_all(conn, &[edition.newsletter_id])?.pop();
        corrected.push(Corrected {
            reach: corrections::reach(conn, &row)?,
            newsletter: newsletter.ok_or(DigestError::NotFound)?,
            row,
            edition,
        });
    }
    let notices = corrections::notices_of(conn, correction.id)?;
    let ids: Vec<EditionId> = notices.iter().map(|notice| notice.id).collect();
    Ok(Standing {
        told: corrections::told(conn, &ids)?,
        editions: corrected,
        correction,
        article,
        replacement,
        notices,
    })
}

/// Tells exactly those readers whose mails show that they were sent what was wrong, with `with_unknown` also those of whom
/// nobody knows; who was told is not told again. One notice for each newsletter; it may need approval like any edition.
///
/// # Errors
/// [`Error::NotFound`], [`Error::NobodyToTell`], [`Error::Template`].
pub fn notify(
    conn: &mut PgConnection,
    now: Timestamp,
    id: CorrectionId,
    words: &Words,
    with_unknown: bool,
    context: &Context<'_>,
) -> Result<Standing, Error> {
    let before = show(conn, id)?;
    let mut told = 0;
    let mut seen: Vec<NewsletterId> = Vec::new();
    for first in &before.editions {
        if seen.contains(&first.newsletter.id) {
            continue;
        }
        seen.push(first.newsletter.id);
        told += notify_one(conn, now, &before, first, words, with_unknown, context)?;
    }
    if told == 0 {
        return Err(Error::NobodyToTell);
    }
    show(conn, id)
}

/// Tells the readers of one newsletter; returns how many.
fn notify_one(
    conn: &mut PgConnection,
    now: Timestamp,
    of: &Standing,
    first: &Corrected,
    words: &Words,
    with_unknown: bool,
    context: &Context<'_>,
) -> Result<usize, Error> {
    let (newsletter, look) = newsletter_of(conn, now, first.newsletter.id)?;
    let order = Order {
        newsletter: &newsletter,
        kind: EditionKind::Correction,
        slot: Slot {
            local: local(&newsletter, now),
            due_at: now,
        },
        rhythm: None,
        window: Window {
            from: now,
            until: now,
        },
    };
    let replacement = of.replacement.as_ref();
    let notice = Notice {
        subject: words.subject.as_ref().map(ToString::to_string),
        title: first.row.title.to_string(),
        title_language: of.article.language.clone(),
        sent_on: first.edition.slot.date(),
        text: words.text.clone(),
        instead: replacement.map(|article| Instead {
            title: article.title.to_string(),
            url: article.url.clone(),
        }),
    };
    let mut bare = bare_edition(now, &order, order.window, 1);
    let material = material(
        bare.id,
        order.slot.local.date(),
        &newsletter,
        &look,
        context,
    );
    let (mut made, _) = content(mail::freeze(&material, &notice)?);
    made.warnings
        .push(format!("the notice of correction {}", of.correction.id));
    while !editions::insert(conn, with_content(&bare, made.clone()))? {
        if bare.variant >= NOTICES_AT_ONCE {
            return Err(DigestError::SlotTaken.into());
        }
        bare.variant += 1;
    }
    let correction = of.correction.id;
    corrections::insert_notice(conn, correction, bare.id)?;
    let count = corrections::queue_notice(conn, correction, newsletter.id, bare.id, with_unknown)?;
    if count == 0 {
        corrections::delete_notice(conn, bare.id)?;
        return Ok(0);
    }
    editions::set_recipients(conn, bare.id, i32::try_from(count).unwrap_or(i32::MAX), now)?;
    plan_send(conn, now, bare.id, None, context.settings)?;
    tracing::info!(edition = %bare.id, newsletter = %newsletter.slug, readers = count, "readers are told of a correction");
    Ok(count)
}
