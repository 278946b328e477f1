//! Rust as a row of words and signs, without comments, texts and test code.

/// A word or a sign; `::` is one sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token(String);

impl Token {
    /// Its text; a raw identifier without `r#`.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is an identifier, a keyword or a number.
    pub(super) fn is_word(&self) -> bool {
        self.0.starts_with(is_word_char)
    }
}

/// A file of the program.
pub(super) struct Source {
    /// Its path from the package's folder, such as `src/http/page.rs`.
    pub(super) file: String,
    /// What the program consists of.
    pub(super) tokens: Vec<Token>,
}

impl Source {
    /// Reads a file's text.
    pub(super) fn read(file: &str, text: &str) -> Self {
        Self {
            file: file.to_owned(),
            tokens: without_tests(&tokens(text)),
        }
    }
}

fn is_word_char(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = skip(rest);
        if skipped > 0 {
            rest = &rest[skipped..];
            continue;
        }
        let length = if is_word_char(first) {
            rest.find(|character| !is_word_char(character))
                .unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        tokens.push(Token(rest[..length].to_owned()));
        rest = &rest[length..];
    }
    tokens
}

/// How many bytes at the start of `rest` are white space, a comment, a text, a character, a lifetime, or the `r#` of
/// a raw identifier.
fn skip(rest: &str) -> usize {
    let blank = rest.len() - rest.trim_start().len();
    if blank > 0 {
        return blank;
    }
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return comment(rest);
    }
    if let Some(length) = raw_text(rest) {
        return length;
    }
    for prefix in ["\"", "b\"", "c\""] {
        if let Some(inside) = rest.strip_prefix(prefix) {
            return prefix.len() + quoted(inside, '"');
        }
    }
    if rest.starts_with("r#") {
        return 2;
    }
    let mark = usize::from(rest.starts_with("b'"));
    match rest[mark..].strip_prefix('\'') {
        Some(inside) if is_character(inside) => mark + 1 + quoted(inside, '\''),
        // A lifetime: its name means nothing here.
        Some(inside) => {
            1 + inside
                .find(|character| !is_word_char(character))
                .unwrap_or(inside.len())
        }
        None => 0,
    }
}

/// Tells `'a'` and `'\n'` from the lifetime `'a`.
fn is_character(inside: &str) -> bool {
    inside.starts_with('\\') || inside.chars().nth(1) == Some('\'')
}

/// The length up to and with the closing quotation mark.
fn quoted(inside: &str, mark: char) -> usize {
    let mut is_escaped = false;
    for (index, character) in inside.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if character == mark {
            return index + 1;
        } else {
            is_escaped = character == '\\';
        }
    }
    inside.len()
}

/// The length of `r"…"`, `r#"…"#`, `br"…"` and so on.
fn raw_text(rest: &str) -> Option<usize> {
    let letters = ["br", "cr", "r"]
        .iter()
        .find(|letters| rest.starts_with(**letters))?
        .len();
    let hashes = rest[letters..].len() - rest[letters..].trim_start_matches('#').len();
    let start = letters + hashes + 1;
    rest[letters + hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(
        rest[start..]
            .find(&end)
            .map_or(rest.len(), |length| start + length + end.len()),
    )
}

/// The length of a comment; block comments nest.
fn comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut index = 0;
    while index < rest.len() {
        let ahead = &rest.as_bytes()[index..];
        if ahead.starts_with(b"/*") {
            (depth, index) = (depth + 1, index + 2);
        } else if ahead.starts_with(b"*/") {
            (depth, index) = (depth - 1, index + 2);
            if depth == 0 {
                return index;
            }
        } else {
            index += 1;
        }
    }
    rest.len()
}

/// Leaves out every item with `#[cfg(test)]`: up to its closing brace, or to its semicolon.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut rest = tokens;
    while let Some(first) = rest.first() {
        let opening: Vec<&str> = rest.iter().take(7).map(Token::as_str).collect();
        if opening == ["#", "[", "cfg", "(", "test", ")", "]"] {
            rest = &rest[7 + item_length(&rest[7..])..];
        } else {
            kept.push(first.clone());
            rest = &rest[1..];
        }
    }
    kept
}

/// How many tokens the first item has. Braces of a `use` are followed by its semicolon, which belongs to it.
fn item_length(tokens: &[Token]) -> usize {
    let is_use = tokens.first().is_some_and(|token| token.as_str() == "use");
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && token.as_str() == "}" && !is_use {
                    return index + 1;
                }
            }
            ";" if depth == 0 => return index + 1,
            _ => {}
        }
    }
    tokens.len()
}
