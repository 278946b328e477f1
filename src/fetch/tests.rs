//! Hostile addresses, redirects, names that change their mind, and answers without an end.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::config::AllowedHost;

fn settings(private: &[(&str, Option<u16>)]) -> Fetch {
    Fetch {
        user_agent: String::new(),
        allowed_private_hosts: private
            .iter()
            .map(|(host, port)| AllowedHost {
                host: (*host).to_owned(),
                port: *port,
            })
            .collect(),
        allowed_ports: vec![80, 443],
        max_bytes: 10_000,
        timeout_seconds: 5,
        connect_timeout_seconds: 2,
    }
}

fn base_url() -> Url {
    Url::parse("https://news.europablatt.example").unwrap()
}

fn request(url: &str) -> Request {
    Request {
        url: Url::parse(url).unwrap(),
        etag: None,
        last_modified: None,
    }
}

/// A look-up that gives these addresses one after the other, and counts.
fn scripted(answers: &[&str]) -> (Lookup, Arc<AtomicUsize>) {
    let answers: Vec<SocketAddr> = answers.iter().map(|it| it.parse().unwrap()).collect();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let lookup: Lookup = Arc::new(move |_| {
        let index = counted.fetch_add(1, Ordering::SeqCst);
        let answer = answers[index.min(answers.len() - 1)];
        Box::pin(async move { Ok(vec![answer]) })
    });
    (lookup, count)
}

/// A server that gives the same answer to each connection; counts them.
async fn server(answer: impl Into<Vec<u8>>) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (answer, count) = (answer.into(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.windows(4).any(|four| four == b"\r\n\r\n") {
                    if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let text = String::from_utf8_lossy(&answer)
                    .replace("{request}", &head.replace("\r\n", "|"));
                let bytes = if answer.is_ascii() {
                    text.into_bytes()
                } else {
                    answer
                };
                stream.write_all(&bytes).await.ok();
                stream.shutdown().await.ok();
            });
        }
    });
    (port, count)
}

fn redirect(to: &str, status: u16) -> String {
    format!("HTTP/1.1 {status} X\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
}

fn open(port: u16) -> Fetcher {
    let (lookup, _) = scripted(&["127.0.0.1:0"]);
    Fetcher::with_lookup(&settings(&[("127.0.0.1", Some(port))]), &base_url(), lookup)
}

const HOSTILE: [&str; 62] = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://127.0.0.1.:80/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[2001::1]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://169.254.43518/",
    "http://10.0.0.1/",
    "http://10.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://192.168.257/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://192.0.2.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://127。0。0。1/",
    "http://①②⑦.0.0.1/",
    "http://%31%32%37.0.0.1/",
    "http://user@1.1.1.1/",
    "http://user:hunter2@1.1.1.1/",
    "http://1.1.1.1:22/",
    "http://1.1.1.1:8080/",
    "http://1.1.1.1:5432/",
    "https://1.1.1.1:80443/",
    "ftp://1.1.1.1/",
    "file:///etc/passwd",
    "gopher://1.1.1.1:70/_x",
    "data:text/xml,<rss/>",
    "dict://127.0.0.1:11211/",
    "javascript:alert(1)",
    "ldap://127.0.0.1/",
    "http:///",
    "http://",
    "unix:/var/run/docker.sock",
];

/// Nothing is asked at any of them; names such as localhost are looked up by the system.
#[tokio::test]
async fn hostile_addresses_are_refused() {
    let fetcher = Fetcher::new(&settings(&[]), &base_url());
    for text in HOSTILE {
        // What is no address at all does not get this far.
        let Ok(url) = Url::parse(text) else { continue };
        let error = fetcher
            .get(&Request {
                url,
                etag: None,
                last_modified: None,
            })
            .await
            .unwrap_err();
        let is_refused = matches!(error, Error::Refused { .. } | Error::PrivateHost { .. });
        assert!(is_refused, "{text}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_into_a_private_network_is_refused() {
    let (target, asked) = server("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret").await;
    for to in [
        format!("http://127.0.0.1:{target}/"),
        format!("//localhost:{target}/"),
        "http://169.254.169.254/".to_owned(),
    ] {
        let (port, _) = server(redirect(&to, 302)).await;
        let error = open(port)
            .get(&request(&format!("http://127.0.0.1:{port}/")))
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::Refused { .. } | Error::PrivateHost { .. }),
            "{to}: {error}"
        );
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_with_a_private_address_is_never_connected_to() {
    let (port, asked) = server("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret").await;
    let mut settings = settings(&[]);
    settings.allowed_ports.push(port);
    // First public, then private: the second request asks anew and is refused, and no request asks twice.
    let (lookup, count) = scripted(&["192.88.98.1:0", "127.0.0.1:0"]);
    let guard = Guard {
        rules: Rules::new(&settings),
        lookup: Arc::clone(&lookup),
    };
    let first = Guard::find(
        guard.rules.clone(),
        Arc::clone(&guard.lookup),
        "rebind.example".to_owned(),
    )
    .await;
    assert!(first.is_ok());
    let fetcher = Fetcher::with_lookup(&settings, &base_url(), lookup);
    let error = fetcher
        .get(&request(&format!("http://rebind.example:{port}/")))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the host rebind.example has the address 127.0.0.1, which is this machine; only public addresses are fetched \
         from, unless fetch.allowed_private_hosts names the host"
    );
    assert_eq!(
        (count.load(Ordering::SeqCst), asked.load(Ordering::SeqCst)),
        (2, 0)
    );
}

#[tokio::test]
async fn a_name_with_one_private_address_among_public_ones_is_refused() {
    let rules = Rules::new(&settings(&[]));
    let both = vec!["1.1.1.1:0".parse().unwrap(), "10.0.0.1:0".parse().unwrap()];
    assert!(matches!(
        rules.check_found("x.example", both),
        Err(Error::PrivateHost { .. })
    ));
    assert!(matches!(
        rules.check_found("x.example", Vec::new()),
        Err(Error::UnknownHost { .. })
    ));
}

#[tokio::test]
async fn a_named_private_host_is_open_on_its_port_alone() {
    let rules = Rules::new(&settings(&[
        ("cms.internal", Some(8080)),
        ("10.0.0.5", None),
    ]));
    let is_open = |url: &str| rules.check(&Url::parse(url).unwrap()).is_ok();
    assert!(is_open("http://cms.internal:8080/") && is_open("http://CMS.internal.:8080/"));
    assert!(is_open("http://10.0.0.5/") && is_open("https://10.0.0.5/"));
    for url in [
        "http://cms.internal/",
        "http://cms.internal:5432/",
        "http://10.0.0.5:8080/",
        "http://10.0.0.6/",
    ] {
        assert!(!is_open(url), "{url}");
    }
    let inner = vec!["10.0.0.9:0".parse().unwrap()];
    assert!(rules.check_found("cms.internal", inner.clone()).is_ok());
    assert!(rules.check_found("other.internal", inner).is_err());
}

#[tokio::test]
async fn permanent_redirects_are_remembered_and_endless_ones_end() {
    let body = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Type: text/xml; charset=\"ISO-8859-1\"\r\nContent-Length: 2\r\n\r\nok";
    let (last, _) = server(body).await;
    for (status, is_remembered) in [(301, true), (308, true), (302, false), (307, false)] {
        let (first, _) = server(redirect(&format!("http://127.0.0.1:{last}/new#x"), status)).await;
        let (lookup, _) = scripted(&["127.0.0.1:0"]);
        let settings = settings(&[("127.0.0.1", Some(first)), ("127.0.0.1", Some(last))]);
        let fetcher = Fetcher::with_lookup(&settings, &base_url(), lookup);
        let answer = fetcher
            .get(&request(&format!("http://127.0.0.1:{first}/old")))
            .await
            .unwrap();
        assert_eq!(answer.moved_to.is_some(), is_remembered, "{status}");
        assert_eq!(answer.url.as_str(), format!("http://127.0.0.1:{last}/new"));
        assert_eq!(answer.body.as_deref(), Some(&b"ok"[..]));
        assert_eq!(answer.etag.as_deref(), Some("\"a\""));
        assert_eq!(answer.charset.as_deref(), Some("ISO-8859-1"));
    }
    let (circle, asked) = server(redirect("/again", 302)).await;
    let error = open(circle)
        .get(&request(&format!("http://127.0.0.1:{circle}/")))
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::TooManyRedirects { max: 5, .. }),
        "{error}"
    );
    assert_eq!(asked.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn answers_without_an_end_are_left() {
    // 55 bytes of gzip that unpack to 20,000.
    let mut packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".to_vec();
    packed.extend(gzip_of_zeros());
    let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(20_000));
    for answer in [packed, endless.into_bytes()] {
        let (port, _) = server(answer).await;
        let error = open(port)
            .get(&request(&format!("http://127.0.0.1:{port}/")))
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::TooLarge { max: 10_000, .. }),
            "{error}"
        );
    }
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let mut settings = settings(&[("127.0.0.1", Some(port))]);
    settings.timeout_seconds = 1;
    let fetcher = Fetcher::new(&settings, &base_url());
    let error = fetcher
        .get(&request(&format!("http://127.0.0.1:{port}/")))
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::TimedOut { seconds: 1, .. }),
        "{error}"
    );
}

/// The digit 0, 20,000 times, as gzip packs it.
fn gzip_of_zeros() -> Vec<u8> {
    let hex = "1f8b0800000000000203edc13101000000c2a04aeb9fce1a1e4001000000000000000000000000000000000000f060bd0f1b8c204e0000";
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

#[tokio::test]
async fn requests_say_who_asks_and_what_they_have() {
    let (port, _) = server("HTTP/1.1 200 OK\r\n\r\n{request}").await;
    let mut request = request(&format!("http://127.0.0.1:{port}/feed"));
    request.etag = Some("\"v1\"".to_owned());
    request.last_modified = Some("Mon, 05 Jan 2026 05:30:00 GMT".to_owned());
    let body = open(port).get(&request).await.unwrap().body.unwrap();
    let head = String::from_utf8(body).unwrap().to_lowercase();
    for part in [
        "get /feed http/1.1|",
        "user-agent: tidings/",
        "(feed reader; +https://news.europablatt.example/)",
        "if-none-match: \"v1\"|",
        "if-modified-since: mon, 05 jan 2026 05:30:00 gmt|",
        "accept: application/feed+json",
    ] {
        assert!(head.contains(part), "{part}: {head}");
    }
    let (port, _) = server("HTTP/1.1 304 Not Modified\r\n\r\n").await;
    let fetched = open(port)
        .get(&self::request(&format!("http://127.0.0.1:{port}/")))
        .await
        .unwrap();
    assert_eq!(fetched.body, None);
}

#[tokio::test]
async fn refusals_of_the_server_are_told_with_their_patience() {
    for (status, header, expected) in [
        (503, "Retry-After: 120", Some(RetryAfter::Seconds(120))),
        (
            429,
            "Retry-After: Mon, 05 Jan 2026 05:30:00 GMT",
            Some(RetryAfter::At("2026-01-05T05:30:00Z".parse().unwrap())),
        ),
        (410, "Retry-After: soon", None),
    ] {
        let (port, _) = server(format!("HTTP/1.1 {status} X\r\n{header}\r\n\r\n")).await;
        let error = open(port)
            .get(&request(&format!("http://127.0.0.1:{port}/")))
            .await
            .unwrap_err();
        assert_eq!(
            error,
            Error::Status {
                host: "127.0.0.1".to_owned(),
                status,
                retry_after: expected
            }
        );
    }
    let error = open(1)
        .get(&request("http://127.0.0.1:1/"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Connection { .. }), "{error}");
}
