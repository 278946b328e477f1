//! The sign-up box: what it shows on a page.

use serde::Serialize;

use crate::app::App;
use crate::domain::language::Language;
use crate::domain::newsletter::Newsletter;
use crate::domain::site::Site;
use crate::usecases::newsletters::Offer;

/// A newsletter as pages show it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NewsletterView {
    slug: String,
    title: String,
    promise: String,
    frequency: String,
    signup_url: String,
    is_chosen: bool,
}

impl NewsletterView {
    pub(crate) fn new(newsletter: &Newsletter, site: &Site) -> Self {
        Self {
            slug: newsletter.slug.to_string(),
            title: newsletter.title.as_str().to_owned(),
            promise: newsletter.promise.clone(),
            frequency: newsletter.frequency.clone(),
            signup_url: site.newsletter_url(&newsletter.slug),
            is_chosen: false,
        }
    }
}

/// What was typed before, when the form comes back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// The address as typed.
    pub(crate) address: String,
    /// The slugs that were ticked.
    pub(crate) chosen: Vec<String>,
    /// What is wrong: nothing, `address` or `newsletter`.
    pub(crate) error: &'static str,
    /// Where the box stood.
    pub(crate) source_url: String,
}

/// The box.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SignupBox {
    newsletter: NewsletterView,
    extras: Vec<NewsletterView>,
    source_url: String,
    language: String,
    action_url: String,
    address: String,
    error: &'static str,
    latest_url: Option<String>,
    privacy_url: String,
    newsletters_fixed: bool,
}

impl SignupBox {
    /// The same box for a page of another site.
    pub(crate) fn for_other_sites(self, site: &Site) -> Self {
        Self {
            action_url: format!("{}{}", site.base_url(), self.action_url),
            ..self
        }
    }

    /// A box for `offers`, whose first is the subject; `None` when nothing is offered. At most `extras` others stand
    /// below it, unticked.
    pub(crate) fn new(
        app: &App,
        offers: &[Offer],
        language: &Language,
        extras: usize,
        kept: Kept,
    ) -> Option<Self> {
        let (subject, others) = offers.split_first()?;
        let view = |offer: &Offer| {
            let mut view = NewsletterView::new(&offer.newsletter, &app.site);
            view.is_chosen = kept.chosen.contains(&view.slug);
            view
        };
        // A page about one newsletter offers others in its language; a form that lists them all lists them all.
        let lists_all = !kept.chosen.is_empty();
        let language_of = |offer: &Offer| offer.newsletter.language.primary().to_owned();
        let speaks_alike = |other: &&Offer| lists_all || language_of(other) == language_of(subject);
        // When the form comes back with other newsletters ticked, the subject is one choice among them.
        let subject_view = view(subject);
        let newsletters_fixed = kept.chosen.is_empty() || subject_view.is_chosen;
        Some(Self {
            newsletter: subject_view,
            extras: others
                .iter()
                .filter(speaks_alike)
                .take(extras)
                .map(view)
                .collect(),
            source_url: kept.source_url,
            language: language.to_string(),
            action_url: "/subscribe".to_owned(),
            address: kept.address,
            error: kept.error,
            latest_url: subject.latest.map(|id| app.site.edition_url(id)),
            privacy_url: app.config.publisher.privacy_url.clone(),
            newsletters_fixed,
        })
    }
}
