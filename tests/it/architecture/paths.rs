//! Every path of a file, with groups spread out and `super` resolved.

use super::source::{Source, Token};

/// What stands for a path that names no module in particular, such as `crate::*`.
const EVERYTHING: &str = "the whole crate";

impl Source {
    /// Every path as it is written, groups spread out: `use a::{b, c::d};` gives `a::b` and `a::c::d`.
    pub(super) fn paths(&self) -> Vec<Vec<String>> {
        self.located().into_iter().map(|(_, path)| path).collect()
    }

    /// Every path into this crate, from its root: `super::x` in `src/http/page.rs` gives `http::x`.
    pub(super) fn crate_paths(&self) -> Vec<Vec<String>> {
        self.located()
            .into_iter()
            .filter_map(|(inner, path)| self.resolved(inner, &path))
            .collect()
    }

    /// Every path with the number of modules around it that are written out in the file.
    fn located(&self) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        // For each open brace, whether a module begins with it.
        let mut braces: Vec<bool> = Vec::new();
        let mut index = 0;
        while let Some(token) = self.tokens.get(index) {
            match token.as_str() {
                "{" => braces.push(self.opens_module(index)),
                "}" => drop(braces.pop()),
                _ => {}
            }
            let inner = braces.iter().filter(|is_module| **is_module).count();
            let is_tree = self.starts_tree(index);
            if is_tree || (token.is_word() && !self.follows_path(index)) {
                let start = if is_tree { index + 1 } else { index };
                let mut paths = Vec::new();
                let end = spread(&self.tokens, start, &Vec::new(), is_tree, &mut paths);
                found.extend(paths.into_iter().map(|path| (inner, path)));
                index = end.max(index + 1);
            } else {
                index += 1;
            }
        }
        found
    }

    /// `mod name {`
    fn opens_module(&self, brace: usize) -> bool {
        brace >= 2 && self.tokens[brace - 2].as_str() == "mod"
    }

    /// The word `use` of a declaration; `use<'a>` of a type is none.
    fn starts_tree(&self, index: usize) -> bool {
        let next = self.tokens.get(index + 1).map(Token::as_str);
        self.tokens[index].as_str() == "use" && next != Some("<")
    }

    fn follows_path(&self, index: usize) -> bool {
        index > 0 && self.tokens[index - 1].as_str() == "::"
    }

    /// The path from the crate's root; `None` for paths to elsewhere.
    fn resolved(&self, inner: usize, path: &[String]) -> Option<Vec<String>> {
        // `self::super` is `super`.
        let path = if path.get(1).is_some_and(|second| second == "super") && path[0] == "self" {
            &path[1..]
        } else {
            path
        };
        let first = path.first()?.as_str();
        let is_bin = self.file == "src/main.rs";
        let (base, rest) = match first {
            "crate" => (Vec::new(), &path[1..]),
            "tidings" if is_bin => (Vec::new(), &path[1..]),
            "extern crate self" => return Some(vec![EVERYTHING.to_owned()]),
            "super" => {
                let supers = path.iter().take_while(|word| *word == "super").count();
                let mut base = self.module();
                base.extend(std::iter::repeat_n("inner".to_owned(), inner));
                base.truncate(base.len().saturating_sub(supers));
                (base, &path[supers..])
            }
            _ => return None,
        };
        // A visibility such as `pub(crate)` names the crate and takes nothing from it.
        let whole: Vec<String> = base.into_iter().chain(rest.iter().cloned()).collect();
        match whole.first().map(String::as_str) {
            None if path.len() == 1 && first == "crate" => None,
            None | Some("*" | "self" | "as") => Some(vec![EVERYTHING.to_owned()]),
            Some(_) => Some(whole),
        }
    }

    /// The module of this file: `src/http/public/mod.rs` and `src/http/public.rs` are both `http::public`.
    fn module(&self) -> Vec<String> {
        let inside = self.file.trim_start_matches("src/").trim_end_matches(".rs");
        inside
            .split('/')
            .filter(|word| *word != "mod")
            .map(ToOwned::to_owned)
            .collect()
    }
}

/// Reads the path or the group at `index` and adds what it names to `found`, each behind `before`. Groups exist in
/// declarations only (`is_tree`): elsewhere a brace after a path opens a block. Returns the index after it.
fn spread(
    tokens: &[Token],
    mut index: usize,
    before: &[String],
    is_tree: bool,
    found: &mut Vec<Vec<String>>,
) -> usize {
    let mut path = before.to_vec();
    while let Some(token) = tokens.get(index) {
        match token.as_str() {
            "{" if is_tree => return group(tokens, index + 1, &path, found),
            "::" => index += 1,
            "*" if is_tree => {
                path.push("*".to_owned());
                index += 1;
            }
            _ if token.is_word()
                && (path.len() == before.len() || follows_colons(tokens, index)) =>
            {
                path.push(token.as_str().to_owned());
                index += 1;
            }
            "as" if is_tree => {
                if path
                    .last()
                    .is_some_and(|last| last == "crate" || last == "super")
                {
                    path.push("as".to_owned());
                }
                // The new name leads nowhere.
                index += 2;
            }
            _ => break,
        }
    }
    if path.len() > before.len() {
        let is_extern = path == ["self"] && index >= 3 && tokens[index - 3].as_str() == "extern";
        found.push(if is_extern {
            vec!["extern crate self".to_owned()]
        } else {
            path
        });
    }
    index
}

fn follows_colons(tokens: &[Token], index: usize) -> bool {
    index > 0 && tokens[index - 1].as_str() == "::"
}

/// Reads the members of a group up to its closing brace. Returns the index after it.
fn group(
    tokens: &[Token],
    mut index: usize,
    before: &[String],
    found: &mut Vec<Vec<String>>,
) -> usize {
    while let Some(token) = tokens.get(index) {
        match token.as_str() {
            "}" => return index + 1,
            "," => index += 1,
            _ => index = spread(tokens, index, before, true, found).max(index + 1),
        }
    }
    index
}
