//! Who may name whom, and words that have one home: `src/lib.rs` says why.
//!
//! The tests read the source as text, with the standard library alone, so they cannot be fooled by what happens
//! to compile. Test code inside `src/` is not looked at: it may reach across.

mod examples;
mod paths;
mod source;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use source::{Source, Token};

/// The layers, and what each may name besides itself.
const MAY_NAME: [(&str, &[&str]); 19] = [
    ("clock", &[]),
    ("schema", &[]),
    ("embedded_postgres", &[]),
    ("fault", &[]),
    ("domain", &["schema"]),
    // Pure, and below the use cases that store what it yields.
    ("feed", &["domain"]),
    // The one client for everything that is fetched; it knows nothing of what it fetches.
    ("fetch", &["config"]),
    ("config", &["domain"]),
    ("telemetry", &["config"]),
    ("i18n", &["domain"]),
    ("templates", &["config", "domain", "i18n"]),
    ("store", &["clock", "config", "domain", "schema"]),
    ("mail", &["config", "domain", "fault", "i18n", "templates"]),
    (
        "usecases",
        &[
            "config",
            "domain",
            "fault",
            "feed",
            "i18n",
            "mail",
            "store",
            "templates",
        ],
    ),
    (
        "app",
        &[
            "clock",
            "config",
            "domain",
            "fetch",
            "mail",
            "store",
            "templates",
        ],
    ),
    (
        "http",
        // What a page at an address holds is fetched and read for one request, outside of any transaction.
        &[
            "app",
            "config",
            "domain",
            "feed",
            "fetch",
            "i18n",
            "templates",
            "usecases",
        ],
    ),
    (
        "worker",
        &[
            "app", "config", "domain", "fault", "feed", "fetch", "mail", "usecases",
        ],
    ),
    (
        "cli",
        &[
            "app",
            "clock",
            "config",
            "domain",
            "embedded_postgres",
            "feed",
            "fetch",
            "http",
            "telemetry",
            "usecases",
            "worker",
        ],
    ),
    ("main", &["cli"]),
];

/// Questions about folders that `cli/` may ask the system by itself.
const FOLDERS: [&str; 2] = ["current_exe", "temp_dir"];

/// The longest file, in lines.
const MAX_LINES: usize = 500;

/// Words that may stand in one place only: what they are, where their home is, and how they are found.
struct Word {
    shown: &'static str,
    is_home: fn(&str) -> bool,
    is_named: fn(&Source) -> bool,
}

const WORDS: [Word; 10] = [
    Word {
        shown: "RunQueryDsl",
        is_home: |file| file.starts_with("src/store/"),
        is_named: |source| source.has(&["RunQueryDsl"]),
    },
    Word {
        shown: "sql_query(",
        is_home: |file| file.starts_with("src/store/"),
        is_named: |source| source.has(&["sql_query", "("]),
    },
    Word {
        shown: "the database's now",
        is_home: |file| file == "src/store/mod.rs",
        is_named: |source| source.names(&["diesel", "dsl", "now"]),
    },
    Word {
        shown: "ResponseError",
        is_home: |file| file == "src/http/problem.rs",
        is_named: |source| source.has(&["ResponseError"]),
    },
    Word {
        shown: "async or await",
        is_home: |file| file == "src/store/mod.rs" || !is_sync(file),
        is_named: |source| source.has(&["async"]) || source.has(&["await"]),
    },
    Word {
        shown: "std::env",
        is_home: |file| ["src/config/source.rs", "src/fault.rs"].contains(&file),
        is_named: |source| source.names_environment(),
    },
    Word {
        shown: "the wall clock",
        is_home: |file| file == "src/clock.rs",
        is_named: |source| {
            ["Timestamp", "Zoned", "SystemTime"]
                .iter()
                .any(|time| source.has(&[time, "::", "now"]))
        },
    },
    Word {
        shown: "#[allow(",
        is_home: |_| false,
        is_named: |source| source.has(&["[", "allow", "("]),
    },
    Word {
        shown: "todo!",
        is_home: |_| false,
        is_named: |source| source.has(&["todo", "!"]),
    },
    Word {
        shown: "unimplemented!",
        is_home: |_| false,
        is_named: |source| source.has(&["unimplemented", "!"]),
    },
];

/// Layers that cannot wait, so that no transaction stays open over SMTP or HTTP.
fn is_sync(file: &str) -> bool {
    ["src/domain/", "src/usecases/", "src/store/"]
        .iter()
        .any(|folder| file.starts_with(folder))
}

/// The layer of a file: the first folder below `src`, or the file itself.
fn layer(file: &str) -> Option<&str> {
    let inside = file.strip_prefix("src/")?;
    let name = inside.split_once('/').map_or(inside, |(folder, _)| folder);
    Some(name.strip_suffix(".rs").unwrap_or(name)).filter(|name| *name != "lib")
}

/// What a file names against the table.
fn wrong_imports(file: &str, source: &Source) -> BTreeSet<String> {
    let Some(layer) = layer(file) else {
        return BTreeSet::new();
    };
    let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == layer) else {
        return [format!("{file}: {layer} is not in the table of layers")].into();
    };
    source
        .crate_paths()
        .iter()
        .filter_map(|path| path.first())
        .filter(|named| *named != layer && !allowed.contains(&named.as_str()))
        .map(|named| format!("{file}: {layer} -> {named}"))
        .collect()
}

/// Use cases do not call each other: what two need is a rule of the domain.
fn wrong_use_cases(file: &str, source: &Source) -> BTreeSet<String> {
    let Some(inside) = file.strip_prefix("src/usecases/") else {
        return BTreeSet::new();
    };
    let own = inside.split(['/', '.']).next().unwrap_or_default();
    if own == "mod" {
        return BTreeSet::new();
    }
    source
        .crate_paths()
        .iter()
        .filter(|path| path.first().is_some_and(|first| first == "usecases"))
        .filter_map(|path| path.get(1))
        .filter(|named| *named != own)
        .map(|named| format!("{file}: use case {own} -> use case {named}"))
        .collect()
}

fn wrong_words(file: &str, source: &Source) -> BTreeSet<String> {
    WORDS
        .iter()
        .filter(|word| !(word.is_home)(file) && (word.is_named)(source))
        .map(|word| format!("{file}: {} is not at home here", word.shown))
        .collect()
}

/// Everything that is wrong with a file of `src/`.
fn violations(file: &str, text: &str) -> BTreeSet<String> {
    let source = Source::read(file, text);
    let mut all = wrong_imports(file, &source);
    all.extend(wrong_use_cases(file, &source));
    all.extend(wrong_words(file, &source));
    all
}

fn too_long(file: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    // What is generated has one place for each table.
    (lines > MAX_LINES && file != "src/schema.rs")
        .then(|| format!("{file}: {lines} lines, at most {MAX_LINES}"))
}

/// Every Rust file below `folder` of this package, with its path from there.
fn files(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join(folder)];
    let mut found: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
        .iter()
        .map(|path| {
            (
                path.strip_prefix(root).unwrap().display().to_string(),
                std::fs::read_to_string(path).unwrap(),
            )
        })
        .collect()
}

/// Whether a file holds nothing but tests: `#[cfg(test)] mod tests;` elsewhere.
fn is_test(file: &str) -> bool {
    file.ends_with("_tests.rs") || file.ends_with("/tests.rs")
}

#[test]
fn no_layer_names_what_lies_above_it() {
    let wrong: Vec<String> = files("src")
        .iter()
        .filter(|(file, _)| !is_test(file))
        .flat_map(|(file, text)| violations(file, text))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let all = [files("src"), files("tests")].concat();
    let wrong: Vec<String> = all
        .iter()
        // Written by a program, from the migrations.
        .filter(|(file, _)| file != "src/schema.rs")
        .filter_map(|(file, text)| too_long(file, text))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_table_lists_the_modules_that_there_are() {
    let there: BTreeSet<String> = files("src")
        .iter()
        .filter_map(|(file, _)| layer(file).map(ToOwned::to_owned))
        .collect();
    let listed: BTreeSet<String> = MAY_NAME
        .iter()
        .map(|(layer, _)| (*layer).to_owned())
        .collect();
    assert_eq!(there, listed);
}

impl Source {
    /// Whether these tokens follow each other somewhere.
    fn has(&self, tokens: &[&str]) -> bool {
        self.tokens
            .windows(tokens.len())
            .any(|window| window.iter().map(Token::as_str).eq(tokens.iter().copied()))
    }

    /// Whether a path begins with these words.
    fn names(&self, words: &[&str]) -> bool {
        self.paths().iter().any(|path| {
            path.iter()
                .map(String::as_str)
                .take(words.len())
                .eq(words.iter().copied())
        })
    }

    /// Whether the environment is read; the command line may ask for folders that the system knows.
    fn names_environment(&self) -> bool {
        let is_cli = layer(&self.file) == Some("cli");
        let is_folder = |path: &[String]| {
            path.get(2)
                .is_some_and(|name| FOLDERS.contains(&name.as_str()))
        };
        self.paths()
            .iter()
            .filter(|path| {
                path.first().is_some_and(|first| first == "std")
                    && path.get(1).is_some_and(|it| it == "env")
            })
            .any(|path| !is_cli || !is_folder(path))
    }
}
