//! The benchmark's mail sink counts right, however a sender cuts its words: figures stand on it.

#[expect(dead_code, reason = "what only the benchmark looks at")]
#[path = "../../benches/measure/sink/mod.rs"]
mod sink;

use std::io::{Read, Write};
use std::net::TcpStream;

use sink::{Settings, Sink};

const ENVELOPE: &str = "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n";

/// A client that says exactly what it is told.
struct Client(TcpStream);

impl Client {
    fn connect(sink: &Sink) -> Self {
        let mut client = Self(TcpStream::connect(sink.address()).unwrap());
        client.0.set_nodelay(true).unwrap();
        client.expect("220 sink ESMTP\r\n");
        client
    }

    fn say(&mut self, words: &str) {
        self.0.write_all(words.as_bytes()).unwrap();
    }

    #[track_caller]
    fn expect(&mut self, answer: &str) {
        let mut heard = vec![0; answer.len()];
        self.0.read_exact(&mut heard).unwrap();
        assert_eq!(String::from_utf8(heard).unwrap(), answer);
    }

    fn accepted(&mut self) {
        self.expect("250 2.0.0 Ok: taken\r\n");
    }

    fn envelope_accepted(&mut self) {
        self.expect("250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n");
    }
}

#[test]
fn a_message_ends_where_its_dot_is_however_it_is_cut() {
    let sink = Sink::start(Settings::default());
    let mut client = Client::connect(&sink);
    let message = "Message-ID: <1@example.org>\r\n\r\nA line\r\n..\r\n";
    let whole = format!("{message}.\r\n");
    for cut in 0..=whole.len() {
        client.say(&format!("{ENVELOPE}DATA\r\n"));
        client.envelope_accepted();
        client.expect("354 Go on\r\n");
        client.say(&whole[..cut]);
        client.say(&whole[cut..]);
        client.accepted();
    }
    let count = u64::try_from(whole.len() + 1).unwrap();
    let taken = sink.taken();
    assert_eq!(taken.messages, count);
    assert_eq!(taken.duplicates, count - 1);
    assert_eq!(taken.bytes, count * u64::try_from(message.len()).unwrap());
    assert_eq!(sink.sample(), message.as_bytes());
}

#[test]
fn the_next_mail_may_come_with_the_dot_of_the_last() {
    let sink = Sink::start(Settings::default());
    let mut client = Client::connect(&sink);
    client.say(&format!("{ENVELOPE}DATA\r\n"));
    client.envelope_accepted();
    client.expect("354 Go on\r\n");
    // An empty message is one too.
    client.say(&format!(".\r\n{ENVELOPE}DATA\r\n"));
    client.accepted();
    client.envelope_accepted();
    client.expect("354 Go on\r\n");
    client.say("To: b@example.org\r\nmessage-id:\r\n <2@example.org>\r\n\r\n.\r\nQUIT\r\n");
    client.accepted();
    client.expect("221 2.0.0 Bye\r\n");
    assert_eq!(sink.taken().messages, 2);
    assert_eq!(sink.taken().duplicates, 0);
}

#[test]
fn chunks_make_one_message_and_hold_dots() {
    let sink = Sink::start(Settings::default());
    let mut client = Client::connect(&sink);
    for duplicates in 0..2 {
        let first = "Message-ID: <3@example.org>\r\n\r\n.\r\n";
        let length = first.len();
        client.say(&format!(
            "{ENVELOPE}BDAT {length}\r\n{first}BDAT 3 LAST\r\nend"
        ));
        client.envelope_accepted();
        client.expect("250 2.0.0 Ok\r\n");
        client.accepted();
        assert_eq!(sink.taken().duplicates, duplicates);
    }
    assert_eq!(sink.taken().messages, 2);
}
