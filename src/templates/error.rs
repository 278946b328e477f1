//! What is wrong with a template, and where.

use std::error::Error as _;

use crate::i18n::Mistake;

/// A template failed: it names a variable that is not there, or the like.
#[derive(Debug, thiserror::Error)]
#[error("a template or text cannot be used: {}", self.told())]
pub struct TemplateError {
    name: String,
    #[source]
    cause: Cause,
}

#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error(transparent)]
    Engine(#[from] minijinja::Error),
    #[error("{0}")]
    File(String),
    #[error(transparent)]
    Words(#[from] Mistake),
}

impl TemplateError {
    pub(super) fn new(name: &str, cause: minijinja::Error) -> Self {
        Self {
            name: name.to_owned(),
            cause: cause.into(),
        }
    }

    /// A file that cannot be used at all.
    pub(super) fn file(name: &str, reason: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            cause: Cause::File(reason.into()),
        }
    }

    /// A publisher's words that cannot be used.
    pub(super) fn of_words(mistake: Mistake) -> Self {
        Self {
            name: String::new(),
            cause: Cause::Words(mistake),
        }
    }

    /// File, line and reason in one line.
    #[must_use]
    pub fn told(&self) -> String {
        let error = match &self.cause {
            Cause::File(reason) => return format!("{}: {reason}", self.name),
            Cause::Words(mistake) => return mistake.to_string(),
            Cause::Engine(error) => innermost(error),
        };
        let file = error.name().unwrap_or(&self.name);
        let line = error
            .line()
            .map_or_else(String::new, |line| format!(", line {line}"));
        // What the limits say comes from below the engine.
        let limit = error
            .source()
            .filter(|source| source.is::<std::io::Error>());
        let detail = limit.map(ToString::to_string);
        let detail = detail.or_else(|| error.detail().map(str::to_owned));
        let reason = detail.map_or_else(
            || error.kind().to_string(),
            |detail| format!("{}: {detail}", error.kind()),
        );
        format!("{file}{line}: {reason}")
    }
}

/// Where it happened: in a file that another one includes, the outer error only says so.
fn innermost(error: &minijinja::Error) -> &minijinja::Error {
    let mut found = error;
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(inner) = cause.downcast_ref::<minijinja::Error>()
            && inner.line().is_some()
        {
            found = inner;
        }
        source = cause.source();
    }
    found
}
