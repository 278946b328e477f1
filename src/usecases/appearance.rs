//! An operator replaces templates: looks at the built-in ones, and hears what is wrong with their own.

use std::path::Path;

use crate::config::Publisher;
use crate::mail::trial;
use crate::templates::{self, TemplateError, Templates};

/// What is wrong with the templates of `folder`, or with the built-in ones; nothing when empty. Each mistake names file,
/// line and reason, or mail, language and the rule of the linter that it breaks.
#[must_use]
pub fn mistakes(publisher: &Publisher, folder: Option<&Path>) -> Vec<String> {
    match load(&with_home(publisher), folder) {
        Ok(templates) => trial::mistakes(&templates),
        Err(cause) => vec![cause.told()],
    }
}

/// What a publisher's languages lack; another language says it.
///
/// # Errors
/// When a file cannot be read.
pub fn warnings(folder: &Path) -> Result<Vec<String>, TemplateError> {
    templates::warnings(folder)
}

/// Every mail in every language with made-up content: a name for a file, and the HTML.
///
/// # Errors
/// When a template cannot be read or fails.
pub fn previews(
    publisher: &Publisher,
    folder: Option<&Path>,
) -> Result<Vec<(String, String)>, TemplateError> {
    let publisher = with_home(publisher);
    trial::previews(&load(&publisher, folder)?, &publisher)
}

fn load(publisher: &Publisher, folder: Option<&Path>) -> Result<Templates, TemplateError> {
    match folder {
        Some(folder) => Templates::with_folder(publisher, folder),
        None => Templates::new(publisher),
    }
}

/// A running server without a site of the publisher takes its own address; here there is none.
fn with_home(publisher: &Publisher) -> Publisher {
    let mut publisher = publisher.clone();
    if publisher.home_url.is_empty() {
        "https://tidings.invalid/".clone_into(&mut publisher.home_url);
    }
    publisher
}

/// Writes the built-in templates into `folder`; returns how many.
///
/// # Errors
/// When a file is there already or cannot be written.
pub fn export(folder: &Path) -> Result<usize, TemplateError> {
    templates::export(folder)
}
