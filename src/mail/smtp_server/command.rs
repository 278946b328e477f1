//! The grammar of SMTP commands (RFC 5321 §4.1) with the parameters of the extensions we announce.

use super::MAX_MESSAGE_BYTES;

/// The longest path we take, in octets without its angle brackets: RFC 5321 §4.5.3.1.3 as corrected by erratum 1690.
const MAX_PATH_BYTES: usize = 254;

/// One command line, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Helo,
    Ehlo,
    /// `utf8` is the promise of SMTPUTF8 (RFC 6531 §3.4) that addresses may be non-ASCII.
    Mail {
        from: String,
        utf8: bool,
    },
    Rcpt {
        to: String,
    },
    Data,
    Reset,
    Noop,
    Quit,
    Verify,
    Help,
    /// One piece of a message (RFC 3030 §2).
    Chunk {
        size_bytes: usize,
        is_last: bool,
    },
    /// `response` is what came with the command (RFC 4954 §4).
    Auth {
        mechanism: Mechanism,
        response: Option<String>,
    },
}

/// How a client logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mechanism {
    Plain,
    Login,
    Xoauth2,
}

/// Why a command line was not understood: the reply to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    #[error("500 5.5.2 Lines end with CRLF and hold UTF-8 without control characters")]
    Line,
    #[error("500 5.5.2 Command not recognised")]
    Unknown,
    #[error("502 5.5.1 Command not implemented")]
    NotImplemented,
    #[error("501 5.5.4 Syntax error in the arguments")]
    Arguments,
    #[error("501 5.1.7 Bad sender address syntax")]
    Sender,
    #[error("501 5.1.3 Bad recipient address syntax")]
    Recipient,
    #[error("555 5.5.4 Parameter not recognised")]
    Parameter,
    #[error("552 5.3.4 Message larger than this server takes")]
    TooLarge,
    #[error("553 5.6.7 A non-ASCII address needs SMTPUTF8")]
    NeedsUtf8,
    #[error("504 5.5.4 Authentication mechanism not supported")]
    Mechanism,
}

impl Command {
    /// Reads one line given without its CRLF. `utf8` says whether the current transaction was opened with SMTPUTF8.
    pub(super) fn parse(line: &[u8], utf8: bool) -> Result<Self, Error> {
        let line = std::str::from_utf8(line).map_err(|_| Error::Line)?;
        if line.contains(|c: char| c.is_control() && c != '\t') {
            return Err(Error::Line);
        }
        let line = line.trim_end_matches([' ', '\t']);
        let (verb, arguments) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "HELO" => hello(arguments, Self::Helo),
            "EHLO" => hello(arguments, Self::Ehlo),
            "MAIL" => mail(arguments),
            "RCPT" => rcpt(arguments, utf8),
            "DATA" => bare(arguments, Self::Data),
            "RSET" => bare(arguments, Self::Reset),
            "QUIT" => bare(arguments, Self::Quit),
            "NOOP" => Ok(Self::Noop),
            "HELP" => Ok(Self::Help),
            "VRFY" if arguments.is_empty() => Err(Error::Arguments),
            "VRFY" => Ok(Self::Verify),
            "AUTH" => auth(arguments),
            "BDAT" => chunk(arguments),
            "EXPN" | "ETRN" | "STARTTLS" | "TURN" => Err(Error::NotImplemented),
            _ => Err(Error::Unknown),
        }
    }
}

fn bare(arguments: &str, command: Command) -> Result<Command, Error> {
    if arguments.is_empty() {
        Ok(command)
    } else {
        Err(Error::Arguments)
    }
}

fn hello(domain: &str, command: Command) -> Result<Command, Error> {
    let is_one_word = !domain.is_empty() && !domain.contains([' ', '\t']);
    if is_one_word {
        Ok(command)
    } else {
        Err(Error::Arguments)
    }
}

fn auth(arguments: &str) -> Result<Command, Error> {
    let (mechanism, response) = arguments.split_once(' ').unwrap_or((arguments, ""));
    if mechanism.is_empty() || response.contains(' ') {
        return Err(Error::Arguments);
    }
    let mechanism = match mechanism.to_ascii_uppercase().as_str() {
        "PLAIN" => Mechanism::Plain,
        "LOGIN" => Mechanism::Login,
        "XOAUTH2" => Mechanism::Xoauth2,
        _ => return Err(Error::Mechanism),
    };
    Ok(Command::Auth {
        mechanism,
        response: (!response.is_empty()).then(|| response.to_owned()),
    })
}

fn chunk(arguments: &str) -> Result<Command, Error> {
    let (size, last) = arguments.split_once(' ').unwrap_or((arguments, ""));
    let is_number = !size.is_empty() && size.bytes().all(|octet| octet.is_ascii_digit());
    let is_last = last.eq_ignore_ascii_case("LAST");
    if !is_number || !(is_last || last.is_empty()) {
        return Err(Error::Arguments);
    }
    Ok(Command::Chunk {
        // A number that does not fit is too large all the same, and the connection will not live to see its end.
        size_bytes: size.parse().unwrap_or(usize::MAX),
        is_last,
    })
}

fn mail(arguments: &str) -> Result<Command, Error> {
    let path = without_prefix(arguments, "FROM:").ok_or(Error::Arguments)?;
    let (from, parameters) = split_path(path).ok_or(Error::Sender)?;
    if !from.is_empty() && !is_mailbox(from) {
        return Err(Error::Sender);
    }
    let utf8 = mail_parameters(parameters)?;
    if !utf8 && !from.is_ascii() {
        return Err(Error::NeedsUtf8);
    }
    Ok(Command::Mail {
        from: from.to_owned(),
        utf8,
    })
}

fn rcpt(arguments: &str, utf8: bool) -> Result<Command, Error> {
    let path = without_prefix(arguments, "TO:").ok_or(Error::Arguments)?;
    let (to, parameters) = split_path(path).ok_or(Error::Recipient)?;
    // "Postmaster" is the one recipient that needs no domain (RFC 5321 §4.5.1).
    if !is_mailbox(to) && !to.eq_ignore_ascii_case("postmaster") {
        return Err(Error::Recipient);
    }
    if !parameters.is_empty() {
        return Err(Error::Parameter);
    }
    if !utf8 && !to.is_ascii() {
        return Err(Error::NeedsUtf8);
    }
    Ok(Command::Rcpt { to: to.to_owned() })
}

/// Checks the parameters of MAIL and says whether SMTPUTF8 is one of them.
fn mail_parameters(parameters: &str) -> Result<bool, Error> {
    let mut seen = Vec::new();
    for parameter in parameters.split_ascii_whitespace() {
        let (keyword, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let keyword = keyword.to_ascii_uppercase();
        match keyword.as_str() {
            "SIZE" => check_size(value)?,
            "BODY"
                if value.eq_ignore_ascii_case("7BIT") || value.eq_ignore_ascii_case("8BITMIME") => {
            }
            "AUTH" if !value.is_empty() => {}
            "SMTPUTF8" if parameter.len() == keyword.len() => {}
            "BODY" | "AUTH" | "SMTPUTF8" => return Err(Error::Arguments),
            _ => return Err(Error::Parameter),
        }
        if seen.contains(&keyword) {
            return Err(Error::Arguments);
        }
        seen.push(keyword);
    }
    Ok(seen.iter().any(|keyword| keyword == "SMTPUTF8"))
}

/// A declared size has at most 20 digits (RFC 1870 §4); one that is over the limit is refused before the data comes.
fn check_size(value: &str) -> Result<(), Error> {
    let is_number =
        (1..=20).contains(&value.len()) && value.bytes().all(|octet| octet.is_ascii_digit());
    if !is_number {
        return Err(Error::Arguments);
    }
    // A number of twenty digits need not fit, and is then certainly too large.
    match value.parse::<usize>() {
        Ok(size_bytes) if size_bytes <= MAX_MESSAGE_BYTES => Ok(()),
        _ => Err(Error::TooLarge),
    }
}

/// The rest of `text` after a prefix in any letter case.
fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Splits `<path> parameters`, dropping a source route (RFC 5321 appendix C says to ignore it).
fn split_path(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('<')?;
    let end = unquoted_end(inner)?;
    let (path, rest) = inner.split_at(end);
    let parameters = rest.strip_prefix('>')?;
    if !parameters.is_empty() && !parameters.starts_with(' ') {
        return None;
    }
    let path = match path.strip_prefix('@') {
        Some(route) => route.split_once(':')?.1,
        None => path,
    };
    (path.len() <= MAX_PATH_BYTES).then_some((path, parameters))
}

/// Where the first `>` outside a quoted local part is.
fn unquoted_end(text: &str) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (position, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '>' if !is_quoted => return Some(position),
            _ => {}
        }
    }
    None
}

/// Something before and after the last `@`, and spaces or angle brackets in a quoted local part only.
fn is_mailbox(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let special = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '@' | ',');
    !local.is_empty()
        && (is_quoted || !local.contains(special))
        && !domain.is_empty()
        && !domain.contains(special)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail_from(from: &str, utf8: bool) -> Command {
        Command::Mail {
            from: from.to_owned(),
            utf8,
        }
    }

    #[test]
    fn mail_takes_the_parameters_of_our_extensions() {
        let long = format!("MAIL FROM:<{}@a.example>", "x".repeat(254));
        let cases: &[(&str, Result<Command, Error>)] = &[
            (
                "MAIL FROM:<a@b.example>",
                Ok(mail_from("a@b.example", false)),
            ),
            ("mail from:<>", Ok(mail_from("", false))),
            (
                "MAIL FROM:<> SIZE=26214400 BODY=8BITMIME",
                Ok(mail_from("", false)),
            ),
            (
                "MAIL FROM:<a@b.example> body=7bit AUTH=<> SMTPUTF8",
                Ok(mail_from("a@b.example", true)),
            ),
            (
                "MAIL FROM:<jürgen@köln.example> SMTPUTF8",
                Ok(mail_from("jürgen@köln.example", true)),
            ),
            (
                "MAIL FROM:<\"a> b\"@c.example>  SIZE=1",
                Ok(mail_from("\"a> b\"@c.example", false)),
            ),
            (
                "MAIL FROM:<@relay.example,@b.example:a@c.example>",
                Ok(mail_from("a@c.example", false)),
            ),
            ("MAIL FROM:<jürgen@b.example>", Err(Error::NeedsUtf8)),
            ("MAIL FROM:<> SIZE=26214401", Err(Error::TooLarge)),
            (
                "MAIL FROM:<> SIZE=99999999999999999999",
                Err(Error::TooLarge),
            ),
            ("MAIL FROM:<> SIZE=", Err(Error::Arguments)),
            ("MAIL FROM:<> SIZE=1 SIZE=1", Err(Error::Arguments)),
            ("MAIL FROM:<> BODY=BINARYMIME", Err(Error::Arguments)),
            ("MAIL FROM:<> SMTPUTF8=", Err(Error::Arguments)),
            ("MAIL FROM:<> RET=HDRS", Err(Error::Parameter)),
            ("MAIL FROM: <a@b.example>", Err(Error::Sender)),
            ("MAIL FROM:a@b.example", Err(Error::Sender)),
            ("MAIL FROM:<a b@c.example>", Err(Error::Sender)),
            ("MAIL FROM:<a@b.example>SIZE=1", Err(Error::Sender)),
            ("MAIL FROM:<a@b.example", Err(Error::Sender)),
            (&long, Err(Error::Sender)),
            ("MAIL", Err(Error::Arguments)),
        ];
        for (line, expected) in cases {
            assert_eq!(&Command::parse(line.as_bytes(), false), expected, "{line}");
        }
    }

    #[test]
    fn rcpt_needs_a_mailbox() {
        let cases = [
            ("RCPT TO:<Ada@Example.org>", Ok("Ada@Example.org")),
            ("rcpt to:<postmaster>", Ok("postmaster")),
            ("RCPT TO:<>", Err(Error::Recipient)),
            ("RCPT TO:<ada>", Err(Error::Recipient)),
            ("RCPT TO:<a@b.example> NOTIFY=NEVER", Err(Error::Parameter)),
            ("RCPT TO:<jürgen@b.example>", Err(Error::NeedsUtf8)),
            ("RCPT FROM:<a@b.example>", Err(Error::Arguments)),
        ];
        for (line, expected) in cases {
            let expected = expected.map(|to| Command::Rcpt { to: to.to_owned() });
            assert_eq!(Command::parse(line.as_bytes(), false), expected, "{line}");
        }
        assert!(Command::parse("RCPT TO:<jürgen@b.example>".as_bytes(), true).is_ok());
    }

    #[test]
    fn other_commands_are_told_apart() {
        let cases: &[(&[u8], Result<Command, Error>)] = &[
            (b"ehlo [127.0.0.1]", Ok(Command::Ehlo)),
            (b"HELO", Err(Error::Arguments)),
            (b"EHLO a b", Err(Error::Arguments)),
            (b"Quit ", Ok(Command::Quit)),
            (b"NOOP anything", Ok(Command::Noop)),
            (b"DATA now", Err(Error::Arguments)),
            (
                b"AUTH PLAIN",
                Ok(Command::Auth {
                    mechanism: Mechanism::Plain,
                    response: None,
                }),
            ),
            (
                b"AUTH PLAIN AGEAYg==",
                Ok(Command::Auth {
                    mechanism: Mechanism::Plain,
                    response: Some("AGEAYg==".to_owned()),
                }),
            ),
            (b"AUTH CRAM-MD5", Err(Error::Mechanism)),
            (
                b"BDAT 5 last",
                Ok(Command::Chunk {
                    size_bytes: 5,
                    is_last: true,
                }),
            ),
            (
                b"bdat 0",
                Ok(Command::Chunk {
                    size_bytes: 0,
                    is_last: false,
                }),
            ),
            (b"BDAT 5 MORE", Err(Error::Arguments)),
            (b"BDAT -5", Err(Error::Arguments)),
            (b"BDAT", Err(Error::Arguments)),
            (b"", Err(Error::Unknown)),
            (b"NOOP \xff", Err(Error::Line)),
            (b"NOOP\0", Err(Error::Line)),
            (b"NOOP a\rQUIT", Err(Error::Line)),
        ];
        for (line, expected) in cases {
            assert_eq!(
                &Command::parse(line, false),
                expected,
                "{}",
                line.escape_ascii()
            );
        }
    }
}
