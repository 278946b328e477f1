//! Where settings come from: a file, the environment, the command line.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// One value from the command line.
#[derive(Debug, Clone)]
pub struct Override {
    /// The key, such as `server.listen`.
    pub key: &'static str,
    /// Its value as text.
    pub value: String,
    /// The flag, such as `--listen`.
    pub flag: &'static str,
}

/// What the settings are read from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// A settings file; it must exist.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// Flags, which win.
    pub overrides: Vec<Override>,
}

/// Short names of the environment and their keys; of two names for one key the later wins.
const SHORT_NAMES: [(&str, &str); 11] = [
    ("DATABASE_URL", "database.url"),
    ("SMTP_URL", "smtp.url"),
    ("BASE_URL", "server.base_url"),
    ("SECRET_KEY", "links.secret_key"),
    ("LISTEN_ADDR", "server.listen"),
    ("PORT", "server.listen"),
    ("MAIL_FROM", "mail.from"),
    ("LOG_LEVEL", "log.level"),
    ("RUST_LOG", "log.level"),
    ("LOG_FORMAT", "log.format"),
    ("TIDINGS_PG_BIN", "database.bin_dir"),
];

/// A value as text, with the name by which a person finds it again.
#[derive(Debug, Clone)]
pub(super) struct TextValue {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) source: String,
}

impl Sources {
    /// The sources of this process: the environment, and the file given by `file`, by `TIDINGS_CONFIG`, or
    /// `tidings.toml` in the working folder if it exists.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>, overrides: Vec<Override>) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the environment"
        )]
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let usual = PathBuf::from("tidings.toml");
        let file = file
            .or_else(|| {
                environment
                    .get("TIDINGS_CONFIG")
                    .filter(|text| !text.is_empty())
                    .map(PathBuf::from)
            })
            .or_else(|| usual.exists().then_some(usual));
        Self {
            file,
            environment,
            overrides,
        }
    }

    /// Every value of the environment and the command line that belongs to a key, in order of rising weight,
    /// and what could not be read.
    pub(super) fn text_values(&self) -> (Vec<TextValue>, Vec<String>) {
        let mut mistakes = Vec::new();
        let mut values = Vec::new();
        for (name, key) in SHORT_NAMES {
            if let Some((value, source)) = self.variable(name, &mut mistakes) {
                let value = if name == "PORT" {
                    format!("0.0.0.0:{value}")
                } else {
                    value
                };
                values.push(TextValue {
                    key: key.to_owned(),
                    value,
                    source,
                });
            }
        }
        for name in self.environment.keys() {
            let Some(path) = name.strip_prefix("TIDINGS__") else {
                continue;
            };
            let path = path.strip_suffix("_FILE").unwrap_or(path);
            let key = path.to_ascii_lowercase().replace("__", ".");
            if let Some((value, source)) = self.variable(&format!("TIDINGS__{path}"), &mut mistakes)
            {
                values.push(TextValue { key, value, source });
            }
        }
        values.extend(self.overrides.iter().map(|flag| TextValue {
            key: flag.key.to_owned(),
            value: flag.value.clone(),
            source: flag.flag.to_owned(),
        }));
        (values, mistakes)
    }

    /// The variable `name`, or the content of the file that `name_FILE` names. An empty variable counts as
    /// unset, as Docker Compose passes unset variables on as empty ones.
    fn variable(&self, name: &str, mistakes: &mut Vec<String>) -> Option<(String, String)> {
        if let Some(value) = self.environment.get(name).filter(|value| !value.is_empty()) {
            return Some((value.clone(), name.to_owned()));
        }
        let file_name = format!("{name}_FILE");
        let path = self
            .environment
            .get(&file_name)
            .filter(|value| !value.is_empty())?;
        match std::fs::read_to_string(path) {
            Ok(text) => Some((text.trim_end().to_owned(), file_name)),
            Err(cause) => {
                mistakes.push(format!("{file_name}: cannot read {path}: {cause}"));
                None
            }
        }
    }
}
