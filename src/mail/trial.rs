//! Trying templates out: every mail in every language with made-up content, through the linter.

use uuid::Uuid;

use super::already_subscribed::AlreadySubscribedEmail;
use super::approval::ApprovalEmail;
use super::confirmation::ConfirmationEmail;
use super::correction::CorrectionEmail;
use super::digest::DigestEmail;
use super::email::{Email, Rendered, render};
use super::lint::{self, Expected, Severity};
use super::message::{self, Content, Identity, Kind, MessageError, Parts};
use super::reader_link::ReaderLinkEmail;
use super::{prepared, splice};
use crate::config::Publisher;
use crate::domain::email_address::EmailAddress;
use crate::domain::language::Language;
use crate::templates::{TemplateError, Templates};

/// What is wrong with these templates, each with file and line, or with mail, language and rule; nothing when empty.
#[must_use]
pub fn mistakes(templates: &Templates) -> Vec<String> {
    mistakes_in(templates, templates.words().languages())
}

/// The same in some languages.
#[must_use]
pub fn mistakes_in(templates: &Templates, languages: &[Language]) -> Vec<String> {
    let mut all = Vec::new();
    for language in languages {
        single::<ConfirmationEmail>(templates, language, &mut all);
        single::<AlreadySubscribedEmail>(templates, language, &mut all);
        single::<ApprovalEmail>(templates, language, &mut all);
        single::<ReaderLinkEmail>(templates, language, &mut all);
        digest(templates, language, &mut all);
        correction(templates, language, &mut all);
    }
    all
}

/// Every mail in every language with made-up content: a name for a file, and the HTML as a reader gets it. The digest also with
/// 1, 3 and 30 stories.
///
/// # Errors
/// When a template fails.
pub fn previews(
    templates: &Templates,
    publisher: &Publisher,
) -> Result<Vec<(String, String)>, TemplateError> {
    let mut all = Vec::new();
    for language in templates.words().languages() {
        let html = render(templates, &ConfirmationEmail::sample(language))?.html;
        all.push((format!("confirmation.{language}"), html));
        let html = render(templates, &AlreadySubscribedEmail::sample(language))?.html;
        all.push((format!("already_subscribed.{language}"), html));
        let html = render(templates, &ReaderLinkEmail::sample(language))?.html;
        all.push((format!("reader_link.{language}"), html));
        for (name, count) in [
            ("digest", 7),
            ("digest-1", 1),
            ("digest-3", 3),
            ("digest-30", 30),
        ] {
            let digest = DigestEmail {
                brand: publisher.brand(),
                ..DigestEmail::sample_of(language, count)
            };
            let html = render(templates, &digest)?.html;
            all.push((
                format!("{name}.{language}"),
                sample_reader().fill(&html, true),
            ));
        }
        let html = render(templates, &CorrectionEmail::sample(language))?.html;
        let html = sample_reader().fill(&html, true);
        all.push((format!("correction.{language}"), html));
    }
    Ok(all)
}

fn sample_reader() -> splice::Parts {
    splice::Parts {
        address: "anna@beispiel.example".to_owned(),
        subscribed_on: "12. Januar 2022".to_owned(),
        unsubscribe_url: "https://tidings.invalid/unsubscribe/sample".to_owned(),
        preferences_url: "https://tidings.invalid/preferences/sample".to_owned(),
        is_test: false,
    }
}

fn add(all: &mut Vec<String>, mistake: String) {
    // The same line fails in every language.
    if !all.contains(&mistake) {
        all.push(mistake);
    }
}

fn single<E: Email>(templates: &Templates, language: &Language, all: &mut Vec<String>) {
    match render(templates, &E::sample(language)) {
        Err(cause) => add(all, cause.told()),
        Ok(rendered) => judge(E::NAME, language, single_message(language, &rendered), all),
    }
}

fn digest(templates: &Templates, language: &Language, all: &mut Vec<String>) {
    let sample = DigestEmail::sample(language);
    let page = DigestEmail {
        for_browser: true,
        ..sample.clone()
    };
    edition(templates, &sample, &page, all);
}

fn correction(templates: &Templates, language: &Language, all: &mut Vec<String>) {
    let sample = CorrectionEmail::sample(language);
    let page = CorrectionEmail {
        for_browser: true,
        ..sample.clone()
    };
    edition(templates, &sample, &page, all);
}

fn edition<E: Email>(templates: &Templates, sample: &E, page: &E, all: &mut Vec<String>) {
    if let Err(cause) = render(templates, page) {
        add(all, cause.told());
    }
    match render(templates, sample) {
        Err(cause) => add(all, cause.told()),
        Ok(frozen) => {
            let language = sample.language();
            judge(E::NAME, language, edition_message(language, &frozen), all);
        }
    }
}

fn judge(
    name: &str,
    language: &Language,
    message: Result<Vec<u8>, MessageError>,
    all: &mut Vec<String>,
) {
    match message {
        Err(cause) => add(all, format!("email/{name} in {language}: {cause}")),
        Ok(bytes) => {
            let report = lint::check(&bytes, &Expected::default());
            let errors = report.findings.into_iter();
            for finding in errors.filter(|it| it.severity == Severity::Error) {
                let (rule, detail, mend) = (finding.rule, finding.detail, finding.mend);
                let mistake =
                    format!("email/{name} in {language}: {rule}: {detail}. To mend it: {mend}");
                add(all, mistake);
            }
        }
    }
}

/// From an identity that exists nowhere.
fn identity() -> Result<Identity, MessageError> {
    let address: Result<EmailAddress, _> = "newsletter@tidings.invalid".parse();
    let address = address.map_err(|cause| MessageError::new(&cause))?;
    Ok(Identity {
        from: address.clone(),
        return_path: address,
        name: "Tidings".to_owned(),
    })
}

fn single_message(language: &Language, rendered: &Rendered) -> Result<Vec<u8>, MessageError> {
    let identity = identity()?;
    let parts = Parts {
        delivery: Uuid::nil().into(),
        boundary: Uuid::nil(),
        date: jiff::Timestamp::UNIX_EPOCH,
        to: &identity.from.clone(),
        language,
        content: &Content::from(rendered),
        kind: &Kind::Single,
    };
    Ok(message::build(&identity, &parts)?.bytes)
}

fn edition_message(language: &Language, frozen: &Rendered) -> Result<Vec<u8>, MessageError> {
    let identity = identity()?;
    let kind = Kind::List {
        slug: "sample".to_owned(),
        sender_name: identity.name.clone(),
        sender_address: identity.from.clone(),
        unsubscribe_url: String::new(),
        archive_url: "https://tidings.invalid/v/sample".to_owned(),
        is_test: false,
    };
    let edition = prepared::Edition {
        id: Uuid::nil().into(),
        date: jiff::Timestamp::UNIX_EPOCH,
        language,
        frozen,
        kind: &kind,
        unsubscribe_base: "https://tidings.invalid/unsubscribe/".to_owned(),
        preferences_base: "https://tidings.invalid/preferences/".to_owned(),
        is_text_only: false,
    };
    let nobody = prepared::Reader {
        delivery: Uuid::nil().into(),
        address: identity.from.clone(),
        subscribed_on: "1 January 2026".into(),
        unsubscribe_token: "sample".to_owned(),
        preferences_token: "sample".to_owned(),
    };
    Ok(prepared::slow(&identity, &edition, &nobody)?.bytes)
}
