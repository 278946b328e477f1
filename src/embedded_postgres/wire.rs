//! The few messages of `PostgreSQL`'s protocol 3.0 needed to ask "are you there?" and to run one statement.
//!
//! `psql` and `pg_isready` are separate packages on some systems, so readiness must not depend on them.
//! Every read ends at a deadline: a server that accepts and then says nothing cannot hold a start up.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

/// Number of the socket file `.s.PGSQL.5432`; no TCP port is ever opened.
pub(super) const PORT: u16 = 5432;
/// The superuser of the private cluster, and the name of its default database.
pub(super) const USER: &str = "tidings";
/// SQLSTATE `cannot_connect_now`: the server is starting, recovering or stopping.
pub(super) const CANNOT_CONNECT_NOW: &str = "57P03";
/// SQLSTATE `invalid_catalog_name`: no database of that name.
pub(super) const NO_SUCH_DATABASE: &str = "3D000";
/// SQLSTATE `duplicate_database`.
pub(super) const DUPLICATE_DATABASE: &str = "42P04";

/// Version 3.0 as sent in a startup message: the major number in the upper 16 bits.
const PROTOCOL_VERSION: u32 = 196_608;
/// The messages read here are a few hundred octets; anything near this is not `PostgreSQL`.
const MAX_MESSAGE_BYTES: u32 = 1_048_576;

/// Why a conversation with the server ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The socket refused, closed or did not answer before the deadline.
    #[error("no answer on the socket")]
    Io(#[from] io::Error),
    /// The server said no; `code` is the five-character SQLSTATE.
    #[error("the server answered {code}: {message}")]
    Refused {
        /// SQLSTATE, empty when the server sent none.
        code: String,
        /// Message text in the server's language.
        message: String,
    },
    /// The server wants a password or another proof, although the cluster was created with trust for its 0700 socket.
    #[error(
        "the server asks for authentication (kind {0}); pg_hba.conf must say `local all all trust`"
    )]
    Authentication(u32),
    /// What came back is not the protocol.
    #[error("unexpected answer on the socket: {0}")]
    Protocol(&'static str),
}

/// A logged-in connection over the Unix socket.
pub(super) struct Session {
    stream: UnixStream,
    deadline: Instant,
}

impl Session {
    /// Connects and logs in; all of it, and every later statement, must be over after `patience`.
    pub(super) fn open(
        socket_dir: &Path,
        database: &str,
        patience: Duration,
    ) -> Result<Self, Error> {
        let stream = UnixStream::connect(socket_dir.join(format!(".s.PGSQL.{PORT}")))?;
        Self::log_in(stream, database, patience)
    }

    fn log_in(stream: UnixStream, database: &str, patience: Duration) -> Result<Self, Error> {
        let mut session = Self {
            stream,
            deadline: Instant::now() + patience,
        };
        session.stream.set_write_timeout(Some(patience))?;
        session.stream.write_all(&startup_message(database)?)?;
        session.read_until_ready()?;
        Ok(session)
    }

    /// Runs one statement and throws its rows away.
    pub(super) fn run(&mut self, statement: &str) -> Result<(), Error> {
        let mut body = statement.as_bytes().to_vec();
        body.push(0);
        self.stream.write_all(b"Q")?;
        self.stream.write_all(&with_length(&body)?)?;
        self.read_until_ready()
    }

    /// Says goodbye, so that the server does not log a lost connection. A failure changes nothing: the socket closes.
    pub(super) fn close(mut self) {
        if let Err(error) = self.stream.write_all(&[b'X', 0, 0, 0, 4]) {
            tracing::trace!(%error, "the database connection was closed before the goodbye");
        }
    }

    fn read_until_ready(&mut self) -> Result<(), Error> {
        let mut refusal = None;
        loop {
            let (kind, body) = match self.read_message() {
                Ok(message) => message,
                // After a fatal error the server closes instead of reporting that it is ready again.
                Err(error) => return Err(refusal.unwrap_or(error)),
            };
            match kind {
                b'Z' => return refusal.map_or(Ok(()), Err),
                b'E' => refusal = Some(refused(&body)),
                b'R' => match u32_at_start(&body) {
                    Some(0) => {}
                    Some(kind) => return Err(Error::Authentication(kind)),
                    None => return Err(Error::Protocol("short authentication message")),
                },
                _ => {}
            }
        }
    }

    fn read_message(&mut self) -> Result<(u8, Vec<u8>), Error> {
        let mut header = [0; 5];
        self.fill(&mut header)?;
        let [kind, length @ ..] = header;
        // The length counts itself but not the kind.
        let body_bytes = u32::from_be_bytes(length)
            .checked_sub(4)
            .filter(|bytes| *bytes <= MAX_MESSAGE_BYTES)
            .and_then(|bytes| usize::try_from(bytes).ok())
            .ok_or(Error::Protocol("impossible message length"))?;
        let mut body = vec![0; body_bytes];
        self.fill(&mut body)?;
        Ok((kind, body))
    }

    fn fill(&mut self, mut rest: &mut [u8]) -> Result<(), Error> {
        while !rest.is_empty() {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::Error::from(io::ErrorKind::TimedOut).into());
            }
            self.stream.set_read_timeout(Some(left))?;
            match self.stream.read(rest) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                Ok(count) => rest = rest.get_mut(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

fn startup_message(database: &str) -> Result<Vec<u8>, Error> {
    let mut body = PROTOCOL_VERSION.to_be_bytes().to_vec();
    for text in [
        "user",
        USER,
        "database",
        database,
        "application_name",
        "tidings supervisor",
    ] {
        body.extend_from_slice(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    with_length(&body)
}

fn with_length(body: &[u8]) -> Result<Vec<u8>, Error> {
    let length = u32::try_from(body.len())
        .ok()
        .and_then(|bytes| bytes.checked_add(4));
    let mut message = length
        .ok_or(Error::Protocol("statement too long"))?
        .to_be_bytes()
        .to_vec();
    message.extend_from_slice(body);
    Ok(message)
}

fn u32_at_start(body: &[u8]) -> Option<u32> {
    body.first_chunk::<4>()
        .map(|bytes| u32::from_be_bytes(*bytes))
}

/// Takes SQLSTATE (`C`) and text (`M`) out of an error message: zero-terminated fields, each led by its kind.
fn refused(body: &[u8]) -> Error {
    let field = |wanted: u8| {
        body.split(|byte| *byte == 0)
            .filter_map(<[u8]>::split_first)
            .find(|(kind, _)| **kind == wanted)
            .map(|(_, text)| String::from_utf8_lossy(text).into_owned())
            .unwrap_or_default()
    };
    Error::Refused {
        code: field(b'C'),
        message: field(b'M'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(100);
    const READY: &[u8] = b"Z\0\0\0\x05I";

    /// Logs in to a server that has already said everything in `answer`.
    fn log_in_to(answer: &[u8]) -> Result<UnixStream, Error> {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.write_all(answer).unwrap();
        Session::log_in(ours, "tidings", PATIENCE).map(|_| theirs)
    }

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut message = vec![kind];
        message.extend(with_length(body).unwrap());
        message
    }

    #[test]
    fn a_login_sends_version_user_and_database_and_waits_until_ready() {
        let answer = [&message(b'R', &[0; 4]), &message(b'S', b"x\0y\0"), READY].concat();
        let mut server = log_in_to(&answer).unwrap();
        let mut sent = [0; 75];
        server.read_exact(&mut sent).unwrap();
        let text = b"user\0tidings\0database\0tidings\0application_name\0tidings supervisor\0\0";
        assert_eq!(sent[..8], [0, 0, 0, 75, 0, 3, 0, 0][..]);
        assert_eq!(&sent[8..], &text[..]);
    }

    #[test]
    fn a_refusal_keeps_its_code_even_when_the_server_hangs_up() {
        let answer = message(
            b'E',
            b"SFATAL\0C57P03\0Mthe database system is starting up\0\0",
        );
        let error = log_in_to(&answer).map(|_| ());
        assert!(
            matches!(&error, Err(Error::Refused { code, message })
            if code == CANNOT_CONNECT_NOW && message == "the database system is starting up"),
            "{error:?}"
        );
    }

    #[test]
    fn answers_outside_the_protocol_are_errors() {
        let answers: [(&[u8], &str); 4] = [
            (&message(b'R', &[0, 0, 0, 10]), "Authentication(10)"),
            (&message(b'R', &[0]), "short"),
            (b"HTTP/1.1 400 Bad Request\r\n", "impossible"),
            (b"R\0\0\0\0", "impossible"),
        ];
        for (answer, expected) in answers {
            let error = format!("{:?}", log_in_to(answer).map(|_| ()));
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn silence_ends_at_the_deadline() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let began = Instant::now();
        let error = Session::log_in(ours, "tidings", PATIENCE).map(|_| ());
        assert!(matches!(error, Err(Error::Io(_))), "{error:?}");
        assert!(began.elapsed() < PATIENCE * 10);
    }

    #[test]
    fn a_failed_statement_reports_once_the_server_is_ready_again() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let failed = message(
            b'E',
            b"SERROR\0C42P04\0Mdatabase \"tidings\" already exists\0\0",
        );
        theirs
            .write_all(&[READY, &failed, READY, READY].concat())
            .unwrap();
        let mut session = Session::log_in(ours, "postgres", PATIENCE).unwrap();
        let error = session.run("CREATE DATABASE tidings");
        assert!(
            matches!(&error, Err(Error::Refused { code, .. }) if code == DUPLICATE_DATABASE),
            "{error:?}"
        );
        session.run("SELECT 1").unwrap();
    }
}
