//! Where templates come from: the binary, and a publisher's folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Files, TemplateError};
use crate::domain::language::Language;
use crate::i18n::{self, File, Words};

/// The largest file, in bytes.
const MAX_FILE_BYTES: u64 = 256 * 1024;

/// The folder of words.
const WORDS: &str = "locales";

/// The folder in which a publisher may put files that replace nothing: pieces of their own.
const OWN_PIECES: &str = "email/partials/";

/// The templates in the binary: name and text.
pub(super) fn built_in() -> BTreeMap<String, String> {
    Files::iter()
        .filter_map(|path| {
            let file = Files::get(&path)?;
            Some((
                path.to_string(),
                String::from_utf8_lossy(&file.data).into_owned(),
            ))
        })
        .collect()
}

/// The name under which a publisher may give the HTML of a mail in MJML.
pub(super) fn mjml_of(name: &str) -> Option<String> {
    let folder = name.strip_suffix("/body.html")?;
    name.starts_with("email/")
        .then(|| format!("{folder}/body.mjml"))
}

/// The files of a publisher's folder.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Name and text.
    pub(super) templates: BTreeMap<String, String>,
    /// Languages.
    pub(super) words: Vec<File>,
}

/// Reads a publisher's folder.
pub(super) fn read(folder: &Path) -> Result<Own, TemplateError> {
    let mut found = BTreeMap::new();
    let known = built_in();
    for top in ["email", "page", "embed"] {
        collect(folder, top, &mut found)?;
    }
    let words = read_words(folder)?;
    if found.is_empty() && words.is_empty() {
        let name = folder.display().to_string();
        let reason = "there is no template in this folder; `tidings templates export` fills it";
        return Err(TemplateError::file(&name, reason));
    }
    for name in found.keys() {
        let replaced = known
            .keys()
            .any(|other| other == name || mjml_of(other).is_some_and(|as_mjml| as_mjml == *name));
        if !replaced && !name.starts_with(OWN_PIECES) {
            let reason =
                format!("replaces no built-in template; pieces of your own go into {OWN_PIECES}");
            return Err(TemplateError::file(name, reason));
        }
    }
    Ok(Own {
        templates: found,
        words,
    })
}

/// The words in `locales/<language tag>/*.ftl`.
fn read_words(folder: &Path) -> Result<Vec<File>, TemplateError> {
    let mut found = BTreeMap::new();
    collect(folder, WORDS, &mut found)?;
    let each = found.into_iter().map(|(name, text)| {
        let wrong = |reason: &str| Err(TemplateError::file(&name, reason));
        let mut parts = name.split('/').skip(1);
        let (Some(tag), Some(file), None) = (parts.next(), parts.next(), parts.next()) else {
            return wrong("words are in locales/<language tag>/<name>.ftl");
        };
        if file.rsplit_once('.').is_none_or(|(_, kind)| kind != "ftl") {
            return wrong("is no file of words: its name does not end in .ftl");
        }
        match tag.parse::<Language>() {
            Ok(language) if language.as_str() == tag => Ok(File {
                language,
                text,
                name: name.clone(),
            }),
            Ok(language) => wrong(&format!("the folder must be called {language}")),
            Err(cause) => wrong(&format!("the name of the folder is {cause}")),
        }
    });
    each.collect()
}

/// What a publisher's languages lack; no mistake, for another language says it.
///
/// # Errors
/// When a file cannot be read.
pub fn warnings(folder: &Path) -> Result<Vec<String>, TemplateError> {
    Ok(Words::warnings(&read_words(folder)?))
}

fn collect(
    folder: &Path,
    name: &str,
    found: &mut BTreeMap<String, String>,
) -> Result<(), TemplateError> {
    let path = folder.join(name);
    let cannot =
        |cause: std::io::Error| TemplateError::file(name, format!("cannot be read: {cause}"));
    if path.is_dir() {
        for entry in fs::read_dir(&path).map_err(cannot)? {
            let entry = entry.map_err(cannot)?.file_name();
            let entry = entry.to_string_lossy();
            // Editors leave such files.
            if !entry.starts_with('.') && !entry.ends_with('~') {
                collect(folder, &format!("{name}/{entry}"), found)?;
            }
        }
    } else if path.is_file() {
        let size = fs::metadata(&path).map_err(cannot)?.len();
        if size > MAX_FILE_BYTES {
            let reason = format!("has {size} bytes, at most {MAX_FILE_BYTES} are allowed");
            return Err(TemplateError::file(name, reason));
        }
        let text = fs::read_to_string(&path).map_err(cannot)?;
        found.insert(name.to_owned(), text);
    }
    Ok(())
}

/// Writes the built-in templates and words into `folder`, and overwrites nothing. Returns how many files were written.
///
/// # Errors
/// When a file is there already, before anything is written, or cannot be written.
pub fn export(folder: &Path) -> Result<usize, TemplateError> {
    let mut all = built_in();
    all.extend(i18n::built_in().into_iter().map(|it| (it.name, it.text)));
    for name in all.keys() {
        if folder.join(name).exists() {
            let reason = "is there already; choose an empty folder";
            return Err(TemplateError::file(name, reason));
        }
    }
    for (name, text) in &all {
        let path = folder.join(name);
        let write = || {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&path, text)
        };
        write()
            .map_err(|cause| TemplateError::file(name, format!("cannot be written: {cause}")))?;
    }
    Ok(all.len())
}
