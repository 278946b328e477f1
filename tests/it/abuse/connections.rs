//! Clients that take their time: each connection is closed, and others are served meanwhile.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::support::TestApp;
use crate::support::numbers::setting;

/// Deadlines of a second or two, so that nobody waits for tests.
const QUICK: &[(&str, &str)] = &[
    ("TIDINGS__SERVER__HEAD_SECONDS", "2"),
    ("TIDINGS__SERVER__BODY_SECONDS", "1"),
    ("TIDINGS__SERVER__KEEP_ALIVE_SECONDS", "1"),
    ("TIDINGS__SERVER__STALL_SECONDS", "1"),
];

/// Twice the longest of them together, and time for a busy machine.
const QUICK_END: Duration = Duration::from_secs(15);

const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

async fn app_with(settings: &[(&str, &str)]) -> TestApp {
    let builder = settings
        .iter()
        .fold(TestApp::with(), |builder, (name, value)| {
            builder.env(name, value)
        });
    let app = builder.start().await;
    app.newsletter("morning").create().await;
    app
}

/// The ways to be slow.
#[derive(Debug, Clone, Copy)]
enum Slow {
    Silent,
    FirstHead,
    SecondHead,
    HalfAHeadBehindARequest,
    Body,
    StalledBody,
    BodyAfterItsAnswer,
    Reading,
}

impl Slow {
    const ALL: [Self; 8] = [
        Self::Silent,
        Self::FirstHead,
        Self::SecondHead,
        Self::HalfAHeadBehindARequest,
        Self::Body,
        Self::StalledBody,
        Self::BodyAfterItsAnswer,
        Self::Reading,
    ];

    /// What is sent at once, and what is sent byte by byte for as long as it can be.
    fn parts(self) -> (Vec<u8>, &'static [u8]) {
        let drip = b"X-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        let whole = b"GET /healthz HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        let post = |path: &str| {
            format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: 5000\r\n\r\nemail="
            )
            .into_bytes()
        };
        match self {
            Self::Silent => (Vec::new(), b""),
            Self::FirstHead => (b"GET /healthz HTTP/1.1\r\n".to_vec(), drip),
            Self::SecondHead => (REQUEST.to_vec(), whole),
            Self::HalfAHeadBehindARequest => {
                ([REQUEST, b"GET /healthz HTTP/1.1\r\nX"].concat(), b"")
            }
            Self::Body => (post("/subscribe"), drip),
            Self::StalledBody => (post("/subscribe"), b""),
            Self::BodyAfterItsAnswer => (post("/nowhere"), drip),
            Self::Reading => (
                b"GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20),
                b"",
            ),
        }
    }

    /// Is slow until the server has had enough; how long that took.
    async fn run(
        self,
        address: std::net::SocketAddr,
        pause: Duration,
        patience: Duration,
    ) -> Duration {
        let began = Instant::now();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let (first, drip) = self.parts();
        stream.write_all(&first).await.unwrap();
        let mut bytes = drip.iter().cycle();
        let mut buffer = [0; 4096];
        let end = async {
            loop {
                if !drip.is_empty() && stream.write_all(&[*bytes.next().unwrap()]).await.is_err() {
                    break;
                }
                if matches!(self, Self::Reading) {
                    // Not a byte is read; a writer learns of the end.
                    sleep(pause).await;
                    if stream.write_all(b"\r\n").await.is_err() {
                        break;
                    }
                    continue;
                }
                if let Ok(Ok(0) | Err(_)) = timeout(pause, stream.read(&mut buffer)).await {
                    break;
                }
            }
        };
        timeout(patience, end)
            .await
            .unwrap_or_else(|_| panic!("{self:?} is still open after {patience:?}"));
        began.elapsed()
    }
}

#[tokio::test]
async fn slow_clients_are_left_and_others_are_served() {
    let app = app_with(QUICK).await;
    let mut slow = JoinSet::new();
    for way in Slow::ALL {
        let address = app.address();
        slow.spawn(async move {
            (
                way,
                way.run(address, Duration::from_millis(100), QUICK_END)
                    .await,
            )
        });
    }
    let running = tokio::spawn(slow.join_all());
    let mut healthy = 0;
    while !running.is_finished() {
        // Not on a connection that the server may just be closing.
        let call = app
            .call(reqwest::Method::GET, "/healthz")
            .header("connection", "close");
        call.send().await.expect(200);
        healthy += 1;
        sleep(Duration::from_millis(50)).await;
    }
    for (way, took) in running.await.unwrap() {
        // No deadline passes sooner than after a second, of a clock that ticks twice in one; a body that nobody wants may be
        // cut off at once.
        let least = Duration::from_millis(if matches!(way, Slow::BodyAfterItsAnswer) {
            0
        } else {
            400
        });
        assert!(took > least, "{way:?} was closed after {took:?}");
    }
    assert!(healthy > 5, "{healthy}");
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_answered() {
    let app = app_with(QUICK).await;
    let mut stream = TcpStream::connect(app.address()).await.unwrap();
    let (first, _) = Slow::Body.parts();
    stream.write_all(&first).await.unwrap();
    let mut answer = String::new();
    timeout(QUICK_END, stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"),
        "{answer}"
    );
    assert!(
        answer.to_lowercase().contains("connection: close"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_large_body_on_a_slow_line_may_take_its_time() {
    let app = app_with(QUICK).await;
    let mut stream = TcpStream::connect(app.address()).await.unwrap();
    let head = format!(
        "PUT /api/v1/articles/big HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Connection: close\r\nContent-Length: 98304\r\n\r\n",
        app.api_key()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // 64 KiB earn two seconds beside the first one.
    stream.write_all(&vec![b' '; 65_536]).await.unwrap();
    sleep(Duration::from_millis(1_500)).await;
    stream.write_all(&vec![b' '; 32_768]).await.unwrap();
    let mut answer = String::new();
    timeout(QUICK_END, stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test]
async fn a_connection_ends_after_its_share_of_requests() {
    let app = app_with(&[("TIDINGS__SERVER__MAX_REQUESTS_PER_CONNECTION", "3")]).await;
    let mut stream = TcpStream::connect(app.address()).await.unwrap();
    let mut answers = String::new();
    for _ in 0..3 {
        stream.write_all(REQUEST).await.unwrap();
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.unwrap();
        answers.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    stream.read_to_string(&mut answers).await.unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 3);
    assert_eq!(
        answers.to_lowercase().matches("connection: close").count(),
        1
    );
}

#[tokio::test]
async fn more_connections_than_there_are_seats_are_closed_at_once() {
    // Nobody gives a seat back by being slow.
    let settings = [
        ("TIDINGS__SERVER__MAX_CONNECTIONS", "2"),
        ("TIDINGS__SERVER__HEAD_SECONDS", "600"),
        ("TIDINGS__SERVER__KEEP_ALIVE_SECONDS", "600"),
    ];
    let app = app_with(&settings).await;
    let mut first = TcpStream::connect(app.address()).await.unwrap();
    let mut second = TcpStream::connect(app.address()).await.unwrap();
    let mut buffer = [0; 4096];
    for seated in [&mut first, &mut second] {
        seated.write_all(REQUEST).await.unwrap();
        assert!(seated.read(&mut buffer).await.unwrap() > 0);
    }
    let mut third = TcpStream::connect(app.address()).await.unwrap();
    let ended = timeout(QUICK_END, third.read(&mut buffer)).await;
    assert!(matches!(ended, Ok(Ok(0) | Err(_))), "{ended:?}");
    drop(second);
    // The seat is free again when the server has noticed.
    for _ in 0..100 {
        let mut fourth = TcpStream::connect(app.address()).await.unwrap();
        if fourth.write_all(REQUEST).await.is_ok()
            && matches!(fourth.read(&mut buffer).await, Ok(1..))
        {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("the seat was never given back");
}

/// Every way to be slow, on as many connections as `TIDINGS_SLOW` says, with the usual deadlines: each is closed within 15 s, and
/// the 99th of a hundred healthy requests takes less than 300 ms.
#[tokio::test]
async fn many_slow_clients_at_once() {
    let Some(count) = setting("TIDINGS_SLOW") else {
        return;
    };
    let app = app_with(&[]).await;
    let mut slow = JoinSet::new();
    for number in 0..usize::try_from(count).unwrap() {
        let way = Slow::ALL[number % Slow::ALL.len()];
        let address = app.address();
        slow.spawn(async move {
            way.run(address, Duration::from_secs(1), Duration::from_secs(15))
                .await
        });
    }
    let mut times = Vec::new();
    while times.len() < 300 {
        let began = Instant::now();
        app.get("/healthz").await.expect(200);
        times.push(began.elapsed());
        sleep(Duration::from_millis(30)).await;
    }
    let longest = slow.join_all().await.into_iter().max().unwrap();
    times.sort_unstable();
    println!(
        "{count} slow connections: the longest was open for {longest:?}; healthy p50 {:?}, p99 {:?}",
        times[150], times[297]
    );
    assert!(times[297] < Duration::from_millis(300), "{:?}", times[297]);
}
