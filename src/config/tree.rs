//! The merged tree of values: every key of `default.toml` with the value that won and its source.

use serde::Deserialize as _;
use toml::{Table, Value};

use super::source::{Sources, TextValue};
use super::{Config, ConfigError};

/// The defaults, which also say what keys there are.
const DEFAULTS: &str = include_str!("../../config/default.toml");

/// Keys whose values are never shown.
const SECRET_KEYS: [&str; 3] = [
    "links.secret_key",
    "links.previous_secret_keys",
    "webhooks.ghost_secret",
];
/// Keys whose values are URLs that may hold a password.
const SECRET_URL_KEYS: [&str; 2] = ["database.url", "smtp.url"];

/// One setting as `tidings config show` prints it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ShownValue {
    /// `section.key`.
    pub key: String,
    /// The value as TOML, secrets masked.
    pub value: String,
    /// `default`, a file, a variable or a flag.
    pub source: String,
}

struct Entry {
    key: String,
    default: Value,
    value: Value,
    source: String,
}

pub(super) struct Tree {
    entries: Vec<Entry>,
    mistakes: Vec<String>,
}

impl Tree {
    pub(super) fn merge(sources: &Sources) -> Self {
        let defaults: Table = DEFAULTS.parse().unwrap_or_default();
        let entries = leaves(&defaults)
            .into_iter()
            .map(|(key, value)| Entry {
                key,
                default: value.clone(),
                value,
                source: "default".to_owned(),
            })
            .collect();
        let mut tree = Self {
            entries,
            mistakes: Vec::new(),
        };
        tree.take_file(sources);
        let (values, mistakes) = sources.text_values();
        tree.mistakes.extend(mistakes);
        for value in values {
            tree.take_text(&value);
        }
        tree
    }

    fn take_file(&mut self, sources: &Sources) {
        let Some(path) = &sources.file else { return };
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(cause) => {
                return self
                    .mistakes
                    .push(format!("{name}: cannot read this settings file: {cause}"));
            }
        };
        match text.parse::<Table>() {
            Ok(table) => {
                for (key, value) in leaves(&table) {
                    self.set(&key, value, &name);
                }
            }
            Err(cause) => self
                .mistakes
                .push(format!("{name}: not valid TOML: {}", cause.message())),
        }
    }

    /// A text value is read as the type that the default has.
    fn take_text(&mut self, text: &TextValue) {
        let value = match self
            .entries
            .iter()
            .find(|entry| entry.key == text.key)
            .map(|entry| &entry.default)
        {
            Some(Value::Integer(_)) => match text.value.trim().parse() {
                Ok(number) => Value::Integer(number),
                Err(_) => return self.mistake(&text.key, &text.source, "must be a whole number"),
            },
            Some(Value::Boolean(_)) => match text.value.trim() {
                "1" | "true" | "yes" | "on" => Value::Boolean(true),
                "0" | "false" | "no" | "off" => Value::Boolean(false),
                _ => return self.mistake(&text.key, &text.source, "must be true or false"),
            },
            Some(Value::Array(_)) => {
                let items = text
                    .value
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty());
                Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
            }
            _ => Value::String(text.value.clone()),
        };
        self.set(&text.key, value, &text.source);
    }

    fn set(&mut self, key: &str, value: Value, source: &str) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.key == key) {
            entry.value = value;
            source.clone_into(&mut entry.source);
            return;
        }
        let hint = self
            .nearest(key)
            .map(|near| format!("; did you mean {near}?"))
            .unwrap_or_default();
        self.mistake(key, source, &format!("there is no such setting{hint}"));
    }

    fn mistake(&mut self, key: &str, source: &str, what: &str) {
        self.mistakes.push(format!("{key}: {what} (from {source})"));
    }

    /// The known key with the same last part, or else the one that shares the longest start.
    fn nearest(&self, key: &str) -> Option<&str> {
        let last = |text: &str| text.rsplit('.').next().unwrap_or_default().to_owned();
        let shared = |other: &str| {
            key.chars()
                .zip(other.chars())
                .take_while(|(a, b)| a == b)
                .count()
        };
        self.entries
            .iter()
            .map(|entry| entry.key.as_str())
            .find(|known| last(known) == last(key))
            .or_else(|| {
                let best = self.entries.iter().max_by_key(|entry| shared(&entry.key))?;
                (shared(&best.key) > 3).then_some(best.key.as_str())
            })
    }

    /// The typed settings. Each value is first tried alone against the defaults, so that one mistake does not
    /// hide the next.
    pub(super) fn into_config(mut self) -> Result<(Config, Vec<ShownValue>), ConfigError> {
        let mut wrong = Vec::new();
        for index in 0..self.entries.len() {
            let Some(entry) = self
                .entries
                .get(index)
                .filter(|entry| entry.source != "default")
            else {
                continue;
            };
            let alone = self.entries.iter().map(|other| {
                (
                    other.key.as_str(),
                    if other.key == entry.key {
                        &other.value
                    } else {
                        &other.default
                    },
                )
            });
            if let Err(cause) = Config::deserialize(nested(alone)) {
                wrong.push(format!(
                    "{}: {} (from {})",
                    entry.key,
                    cause.message(),
                    entry.source
                ));
            }
        }
        self.mistakes.extend(wrong);
        if !self.mistakes.is_empty() {
            return Err(ConfigError {
                mistakes: self.mistakes,
            });
        }
        let all = self
            .entries
            .iter()
            .map(|entry| (entry.key.as_str(), &entry.value));
        let config = Config::deserialize(nested(all)).map_err(|cause| ConfigError {
            mistakes: vec![cause.message().to_owned()],
        })?;
        Ok((
            config,
            self.entries.into_iter().map(ShownValue::from).collect(),
        ))
    }
}

impl From<Entry> for ShownValue {
    fn from(entry: Entry) -> Self {
        let is_set = !matches!(&entry.value, Value::String(text) if text.is_empty())
            && !matches!(&entry.value, Value::Array(items) if items.is_empty());
        let value = if is_set && SECRET_KEYS.contains(&entry.key.as_str()) {
            "\"***\"".to_owned()
        } else if is_set && SECRET_URL_KEYS.contains(&entry.key.as_str()) {
            format!(
                "{:?}",
                masked_urls(entry.value.as_str().unwrap_or_default())
            )
        } else {
            entry.value.to_string()
        };
        Self {
            key: entry.key,
            value,
            source: entry.source,
        }
    }
}

/// One URL, or a list of them, with their passwords replaced. A text that holds anything else is masked whole: it may be
/// a password that was torn apart at a space.
fn masked_urls(text: &str) -> String {
    let masked: Option<Vec<String>> = super::smtp::split_urls(text)
        .iter()
        .map(|url| masked_url(url))
        .collect();
    masked.map_or_else(|| "***".to_owned(), |urls| urls.join(" "))
}

fn masked_url(text: &str) -> Option<String> {
    let mut url = url::Url::parse(text).ok()?;
    if url.password().is_some() {
        url.set_password(Some("***")).ok()?;
    }
    Some(url.to_string())
}

/// The leaves of a two-level table as `section.key`.
fn leaves(table: &Table) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (section, value) in table {
        match value {
            Value::Table(keys) => {
                found.extend(
                    keys.iter()
                        .map(|(key, value)| (format!("{section}.{key}"), value.clone())),
                );
            }
            other => found.push((section.clone(), other.clone())),
        }
    }
    found
}

fn nested<'a>(entries: impl Iterator<Item = (&'a str, &'a Value)>) -> Value {
    let mut root = Table::new();
    for (path, value) in entries {
        let Some((section, key)) = path.split_once('.') else {
            continue;
        };
        let section = root
            .entry(section.to_owned())
            .or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(keys) = section {
            keys.insert(key.to_owned(), value.clone());
        }
    }
    Value::Table(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(pairs: &[(&str, &str)]) -> Result<super::super::Loaded, ConfigError> {
        let environment = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Config::load(&Sources {
            environment,
            ..Sources::default()
        })
    }

    fn shown<'a>(loaded: &'a super::super::Loaded, key: &str) -> &'a ShownValue {
        loaded.shown.iter().find(|shown| shown.key == key).unwrap()
    }

    #[test]
    fn the_defaults_are_complete_and_valid() {
        let loaded = load(&[]).unwrap();
        assert_eq!(loaded.config.signup.confirmation_lifetime_days, 7);
        assert!(loaded.shown.iter().all(|shown| shown.source == "default"));
        assert!(loaded.shown.len() > 30);
    }

    #[test]
    fn the_environment_wins_and_is_named_as_source() {
        let loaded = load(&[
            ("PORT", "9000"),
            ("LOG_LEVEL", "warn"),
            ("RUST_LOG", "debug"),
        ])
        .unwrap();
        assert_eq!(loaded.config.server.listen.to_string(), "0.0.0.0:9000");
        assert_eq!(shown(&loaded, "server.listen").source, "PORT");
        assert_eq!(loaded.config.log.level, "debug");
    }

    #[test]
    fn every_mistake_is_reported_with_its_key() {
        let error = load(&[
            ("LISTEN_ADDR", "nowhere"),
            ("SMTP_URL", "http://mail.example.org"),
            ("TIDINGS__SIGNUP__CONFIRMATION_LIFETIME_DAYS", "many"),
            ("TIDINGS__DELIVERY__CONNECTION", "4"),
            ("TIDINGS__LOG__FORMAT", "xml"),
            ("SECRET_KEY_FILE", "/does/not/exist"),
        ])
        .unwrap_err();
        assert_eq!(error.mistakes.len(), 6, "{error}");
        for part in [
            "server.listen: ",
            "smtp.url: ",
            "signup.confirmation_lifetime_days: must be a whole number",
            "did you mean delivery.connections?",
            "log.format: ",
            "SECRET_KEY_FILE: cannot read /does/not/exist",
        ] {
            assert!(error.to_string().contains(part), "{part} in {error}");
        }
    }

    #[test]
    fn secrets_are_masked() {
        let key = "0123456789abcdef0123456789abcdef";
        let loaded = load(&[
            ("DATABASE_URL", "postgres://tidings:hunter2@db/tidings"),
            ("SECRET_KEY", key),
            ("SMTP_URL", "smtp://me:hunter2@mail.example.org"),
            ("MAIL_FROM", "news@example.org"),
        ])
        .unwrap();
        let printed = format!("{:?}{:?}", loaded.shown, loaded.config);
        assert!(
            !printed.contains("hunter2") && !printed.contains(key),
            "{printed}"
        );
        assert_eq!(
            shown(&loaded, "database.url").value,
            "\"postgres://tidings:***@db/tidings\""
        );
    }

    #[test]
    fn the_password_of_every_relay_is_masked() {
        let urls =
            "smtp://me:hunter2,x@a.example, smtps://you:hunter3@b.example?connections=3,hunter4";
        let loaded = load(&[("SMTP_URL", urls), ("MAIL_FROM", "news@example.org")]);
        let error = loaded.unwrap_err().to_string();
        assert!(error.contains("smtp.url: URL 2: connections="), "{error}");
        let urls = "smtp://me:hunter2,x@a.example, smtps://you:hunter3@b.example?connections=3";
        let key = "0123456789abcdef0123456789abcdef";
        let loaded = load(&[
            ("SMTP_URL", urls),
            ("MAIL_FROM", "news@example.org"),
            ("SECRET_KEY", key),
        ]);
        let loaded = loaded.unwrap();
        assert_eq!(
            shown(&loaded, "smtp.url").value,
            "\"smtp://me:***@a.example smtps://you:***@b.example?connections=3\""
        );
        assert_eq!(loaded.config.smtp.relays.len(), 2);
        assert!(!format!("{:?}", loaded.config).contains("hunter"));
    }

    #[test]
    fn settings_that_need_each_other_say_so() {
        let error = load(&[
            ("DATABASE_URL", "postgres://db/x"),
            ("SMTP_URL", "smtp://mail.example.org"),
        ]);
        let text = error.unwrap_err().to_string();
        assert!(
            text.contains("links.secret_key") && text.contains("mail.from"),
            "{text}"
        );
    }

    #[test]
    fn a_file_is_read_between_defaults_and_environment() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tidings.toml");
        std::fs::write(
            &file,
            "[log]\nlevel = \"warn\"\nformat = \"json\"\n[nonsense]\nx = 1\n",
        )
        .unwrap();
        let environment = [("LOG_LEVEL".to_owned(), "error".to_owned())]
            .into_iter()
            .collect();
        let sources = Sources {
            file: Some(file.clone()),
            environment,
            overrides: Vec::new(),
        };
        let error = Config::load(&sources).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("nonsense.x: there is no such setting"),
            "{error}"
        );
        std::fs::write(&file, "[log]\nlevel = \"warn\"\nformat = \"json\"\n").unwrap();
        let loaded = Config::load(&sources).unwrap();
        assert_eq!(loaded.config.log.level, "error");
        assert_eq!(
            shown(&loaded, "log.format").source,
            file.display().to_string()
        );
    }
}
