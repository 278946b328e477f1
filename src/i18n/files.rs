//! Where words come from: the binary, and a publisher's folder.

use rust_embed::RustEmbed;

use crate::domain::language::Language;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates/locales"]
struct Locales;

/// The folder of words inside a folder of templates.
pub(super) const FOLDER: &str = "locales";

/// A file of words in one language.
#[derive(Debug, Clone)]
pub struct File {
    /// Its name for people: "locales/de/main.ftl".
    pub name: String,
    /// In which language.
    pub language: Language,
    /// In Fluent.
    pub text: String,
}

/// The files in the binary.
#[must_use]
pub fn built_in() -> Vec<File> {
    Locales::iter()
        .filter_map(|path| {
            let (tag, _) = path.split_once('/')?;
            let file = Locales::get(&path)?;
            Some(File {
                name: format!("{FOLDER}/{path}"),
                language: tag.parse().ok()?,
                text: String::from_utf8_lossy(&file.data).into_owned(),
            })
        })
        .collect()
}
