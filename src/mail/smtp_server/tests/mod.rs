//! The server as lettre sees it, which is what we send with; `wire` looks at single octets.

mod wire;

use lettre::address::Envelope;
use lettre::message::MultiPart;
use lettre::transport::smtp::Error as SendError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);
/// Long enough to be folded.
const LONG_SUBJECT: &str =
    "Größere Änderungen – heute früh in Köln, Düsseldorf und Münster für Sie übersetzt";
const SAMPLE: &str = "From: a@news.example\r\nSubject: Morning\r\n\r\nGood morning\r\n";

struct Peer {
    server: Running,
    outbox: Outbox,
}

async fn start(script: Script) -> Peer {
    start_with(script, Limits::default()).await
}

async fn start_with(script: Script, limits: Limits) -> Peer {
    let outbox = Outbox::new(1_000, 100_000_000);
    let now: Now = Arc::new(|| Timestamp::UNIX_EPOCH);
    let server = SmtpServer::start_with(
        ([127, 0, 0, 1], 0).into(),
        outbox.clone(),
        script,
        now,
        limits,
    );
    Peer {
        server: server.await.unwrap(),
        outbox,
    }
}

impl Peer {
    async fn send_to(&self, to: &str) -> Result<(), SendError> {
        let mailer = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1");
        let mailer = mailer
            .port(self.server.address().port())
            .timeout(Some(PATIENCE))
            .build();
        mailer
            .send_raw(&envelope(to), SAMPLE.as_bytes())
            .await
            .map(drop)
    }

    async fn connect(&self) -> Client {
        let stream = TcpStream::connect(self.server.address()).await.unwrap();
        Client { stream }
    }

    fn bodies(&self) -> Vec<String> {
        let oldest_first = self.outbox.list(None, None, 100).into_iter().rev();
        oldest_first
            .map(|mail| String::from_utf8(mail.raw.to_vec()).unwrap())
            .collect()
    }
}

fn envelope(to: &str) -> Envelope {
    Envelope::new(
        Some("bounce@news.example".parse().unwrap()),
        vec![to.parse().unwrap()],
    )
    .unwrap()
}

fn code(error: &SendError) -> Option<u16> {
    error.status().map(|code| code.to_string().parse().unwrap())
}

struct Client {
    stream: TcpStream,
}

impl Client {
    async fn say(&mut self, octets: impl AsRef<[u8]>) {
        self.stream.write_all(octets.as_ref()).await.unwrap();
    }

    /// Says this and QUIT and returns the codes of all replies until the server closes.
    async fn codes(mut self, octets: impl AsRef<[u8]>) -> Vec<String> {
        self.say([octets.as_ref(), b"QUIT\r\n"].concat()).await;
        self.rest()
            .await
            .lines()
            .filter(|line| line.get(3..4) != Some("-"))
            .map(|line| line[..3].to_owned())
            .collect()
    }

    async fn rest(&mut self) -> String {
        let mut replies = String::new();
        timeout(PATIENCE, self.stream.read_to_string(&mut replies))
            .await
            .unwrap()
            .unwrap();
        replies
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_messages_over_eight_connections_all_arrive() {
    let peer = start(Script::default()).await;
    let address = peer.server.address();
    let senders = (0..8).map(|sender| {
        tokio::spawn(async move {
            let hello = ClientId::Domain("client.example".to_owned());
            let connection =
                AsyncSmtpConnection::connect_tokio1(address, Some(PATIENCE), &hello, None, None);
            let mut connection = connection.await.unwrap();
            for number in 0..25 {
                let message = format!("Subject: {sender}/{number}\r\n\r\n.dot\r\n..\r\nend");
                connection
                    .send(&envelope("ada@example.org"), message.as_bytes())
                    .await
                    .unwrap();
            }
            connection.quit().await.unwrap();
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
    let mails = peer.outbox.wait_for("ada@example.org", 200, PATIENCE).await;
    let mut subjects: Vec<_> = mails.iter().map(|mail| mail.subject()).collect();
    subjects.sort();
    subjects.dedup();
    assert_eq!(subjects.len(), 200);
    assert!(
        mails
            .iter()
            .all(|mail| mail.text().unwrap().starts_with(".dot\r\n..\r\nend"))
    );
    assert_eq!(peer.server.accepted(), 200);
    peer.server.stop().await;
}

#[tokio::test]
async fn a_refused_recipient_fails_alone() {
    let script = Script::default().on_rcpt(|to| match to {
        "gone@example.org" => Verdict::reply(550, "5.1.1 No such mailbox"),
        "full@example.org" => Verdict::reply(450, "4.2.2 Mailbox full\nTry again tomorrow"),
        _ => Verdict::Accept,
    });
    let peer = start(script).await;
    let gone = peer.send_to("gone@example.org").await.unwrap_err();
    assert!(
        gone.is_permanent() && gone.to_string().contains("5.1.1 No such mailbox"),
        "{gone}"
    );
    let full = peer.send_to("full@example.org").await.unwrap_err();
    assert!(
        full.is_transient() && full.to_string().contains("Try again tomorrow"),
        "{full}"
    );
    peer.send_to("ada@example.org").await.unwrap();

    let both = "EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<gone@example.org>\r\nRCPT TO:<ada@example.org>\r\nDATA\r\n.\r\n";
    let codes = peer.connect().await.codes(both).await;
    assert_eq!(
        codes,
        ["220", "250", "250", "550", "250", "354", "250", "221"]
    );
    assert_eq!(
        peer.outbox.list(None, None, 1)[0].recipients,
        ["ada@example.org"]
    );
    assert_eq!((peer.outbox.count(), peer.server.accepted()), (2, 2));
}

#[tokio::test]
async fn a_421_closes_the_connection_at_every_step() {
    let closing = || Verdict::reply(421, "4.3.2 Going down");
    let scripts = [
        Script::default().on_connect(closing),
        Script::default().on_mail(move |_| closing()),
        Script::default().on_rcpt(move |_| closing()),
        Script::default().on_data_end(move |_| closing()),
    ];
    for script in scripts {
        let peer = start(script).await;
        let error = peer.send_to("ada@example.org").await.unwrap_err();
        assert_eq!(code(&error), Some(421), "{error}");
        let mut client = peer.connect().await;
        client
            .say(format!(
                "EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n{SAMPLE}.\r\nNOOP\r\n"
            ))
            .await;
        assert!(client.rest().await.ends_with("421 4.3.2 Going down\r\n"));
        assert_eq!(peer.outbox.count(), 0);
    }
}

#[tokio::test]
async fn a_dropped_connection_leaves_no_reply_and_no_message() {
    let peer = start(Script::default().on_data_end(|_| Verdict::Drop)).await;
    let error = peer.send_to("ada@example.org").await.unwrap_err();
    assert_eq!(code(&error), None, "{error}");
    assert_eq!(
        (peer.outbox.received_total(), peer.server.accepted()),
        (0, 0)
    );

    let peer = start(Script::default().on_connect(|| Verdict::Drop)).await;
    assert_eq!(peer.connect().await.rest().await, "");
}

#[tokio::test]
async fn a_message_can_be_accepted_without_telling() {
    let peer = start(Script::default().on_data_end(|_| Verdict::AcceptThenDrop)).await;
    let error = peer.send_to("ada@example.org").await.unwrap_err();
    assert_eq!(code(&error), None, "{error}");
    assert_eq!(
        peer.outbox
            .wait_for("ada@example.org", 1, PATIENCE)
            .await
            .len(),
        1
    );
    assert_eq!(peer.server.accepted(), 1);
}

#[tokio::test]
async fn a_positive_reply_of_the_script_is_an_acceptance() {
    let peer =
        start(Script::default().on_data_end(|_| Verdict::reply(250, "2.6.0 Queued as 4711"))).await;
    peer.send_to("ada@example.org").await.unwrap();
    assert_eq!(peer.outbox.count(), 1);
    let peer =
        start(Script::default().on_connect(|| Verdict::reply(554, "5.3.2 No mail here"))).await;
    assert_eq!(
        peer.connect()
            .await
            .codes("EHLO c\r\nMAIL FROM:<>\r\n")
            .await,
        ["554", "503", "503", "221"]
    );
}

#[tokio::test]
async fn umlauts_survive_in_addresses_headers_and_bodies() {
    let peer = start(Script::default()).await;
    let mailer = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(peer.server.address().port())
        .credentials(Credentials::new(
            "redaktion".to_owned(),
            "geheim".to_owned(),
        ))
        .build();
    let html = "<p>Schöne Grüße aus <a href=\"https://köln.example/ä?x=1&amp;y=2\">Köln</a></p>";
    let message = Message::builder()
        .from("Jürgen Groß <redaktion@news.example>".parse().unwrap())
        .to("Zoë <zoë@example.org>".parse().unwrap())
        .subject(LONG_SUBJECT)
        .multipart(MultiPart::alternative_plain_html(
            "Schöne Grüße\n.\nEnde".to_owned(),
            html.to_owned(),
        ))
        .unwrap();
    mailer.send(message).await.unwrap();

    let mails = peer.outbox.wait_for("zoë@example.org", 1, PATIENCE).await;
    let mail = mails.first().unwrap();
    assert_eq!(mail.subject(), LONG_SUBJECT);
    assert_eq!(
        mail.from().replace('"', ""),
        "Jürgen Groß <redaktion@news.example>"
    );
    assert_eq!(
        mail.text().unwrap().replace("\r\n", "\n").trim_end(),
        "Schöne Grüße\n.\nEnde"
    );
    assert_eq!(mail.html().unwrap().trim_end(), html);
    assert_eq!(mail.links(), ["https://köln.example/ä?x=1&y=2"]);
    assert_eq!(
        (mail.mail_from.as_str(), mail.received_at),
        ("redaktion@news.example", Timestamp::UNIX_EPOCH)
    );
}
