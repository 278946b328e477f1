//! What stood at a button when a reader pressed it, as evidence of consent.

use fluent_bundle::FluentArgs;

use super::Words;
use crate::domain::consent::Presser;
use crate::domain::language::Language;

impl Words {
    /// What stood at the button of the sign-up form.
    #[must_use]
    pub fn at_signup(&self, language: &Language, newsletter_title: &str) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set("newsletter", newsletter_title.to_owned());
        [
            self.text(language, "form-heading", &arguments),
            self.plain(language, "form-fine-print"),
            self.plain(language, "form-no-tracking"),
            self.plain(language, "form-submit"),
        ]
        .join(" | ")
    }

    /// What stood at the button of the confirmation page, or what the page said that pressed it by itself.
    #[must_use]
    pub fn at_confirmation(
        &self,
        language: &Language,
        newsletter_title: &str,
        by: Presser,
    ) -> String {
        let key = match by {
            Presser::Reader => "confirm-button",
            Presser::Script => "confirm-auto",
        };
        [
            self.plain(language, "confirm-heading"),
            newsletter_title.to_owned(),
            self.plain(language, key),
        ]
        .join(" | ")
    }

    /// What stood at the button of the unsubscribe page.
    #[must_use]
    pub fn at_unsubscribing(&self, language: &Language, newsletter_title: &str) -> String {
        let mut arguments = FluentArgs::new();
        arguments.set("newsletter", newsletter_title.to_owned());
        [
            self.text(language, "unsubscribe-heading", &arguments),
            self.plain(language, "unsubscribe-button"),
        ]
        .join(" | ")
    }
}
