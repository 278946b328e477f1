//! Which answers mean "fewer connections, please".

use crate::domain::smtp_reply::SmtpReply;

/// Whether a server says that it has too many connections, of ours or in all.
pub(super) fn is_congestion(reply: &SmtpReply) -> bool {
    if !matches!(reply.code(), 421 | 432 | 450..=454) {
        return false;
    }
    let text = reply.text().to_ascii_lowercase();
    let names_connections = ["connection", "session", "concurren"]
        .iter()
        .any(|word| text.contains(word));
    let says_too_many = [
        "too many",
        "limit",
        "exceed",
        "concurren",
        "maximum",
        "max ",
    ]
    .iter()
    .any(|word| text.contains(word));
    // "Too many messages in this connection" is no reason to have fewer connections, only to end this one.
    if text.contains("messages") || text.contains("idle") || text.contains("timeout") {
        return false;
    }
    let code = reply
        .enhanced()
        .map(|code| (code.class, code.subject, code.detail));
    match (reply.code(), code) {
        (432, _) | (421 | 452, Some((4, 3, 2))) | (421, Some((4, 7, _))) => true,
        _ => names_connections && says_too_many,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_answers_are_told_apart() {
        let cases = [
            (
                432,
                "4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/",
                true,
            ),
            (421, "4.3.2 Too many connections, try again later", true),
            (
                421,
                "4.7.0 mail.example.org Error: too many connections from 192.0.2.1",
                true,
            ),
            (
                421,
                "Too many concurrent SMTP connections; please try again later.",
                true,
            ),
            (421, "4.7.0 Try again later, closing connection.", true),
            (452, "4.3.2 Connection rate limit exceeded", true),
            (421, "4.4.2 mail.example.org Error: timeout exceeded", false),
            (421, "4.7.0 Too many messages in this session", false),
            (421, "4.4.2 Idle for too long, closing connection", false),
            (452, "4.2.2 Over quota", false),
            (452, "4.3.1 Insufficient system storage", false),
            (
                454,
                "Throttling failure: Maximum sending rate exceeded.",
                false,
            ),
            (450, "4.2.0 Greylisted", false),
            (550, "5.7.1 Too many connections", false),
            (0, "connection lost", false),
        ];
        for (code, text, expected) in cases {
            let reply = SmtpReply::new(code, text);
            assert_eq!(is_congestion(&reply), expected, "{code} {text}");
        }
    }
}
