//! TLS that is wrong makes no session, and no password leaves without it; and how we log in.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::config::{AuthMechanism, TlsMode};

const ADA: &str = "ada@example.org";
const START: &str =
    "S 220 mx\nC EHLO news.example\nS 250-mx\nS 250 STARTTLS\nC STARTTLS\nS 220 go\ntls";
/// PLAIN for "me" and "secret".
const LOG_IN: &str = "C EHLO news.example\nS 250-mx\nS 250-PIPELINING\nS 250 AUTH LOGIN PLAIN\nC AUTH PLAIN AG1lAHNlY3JldA==\nS 235 ok";
const SENT: &str = "S 250 a\nS 250 b\nS 354 c\nC Subject: x\nC \nC hi\nC .\nS 250 d";

/// An authority of our own, with a file to trust it.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: tempfile::NamedTempFile,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), issuer.pem()).unwrap();
        Self { issuer, file }
    }

    fn server(&self, params: &CertificateParams) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        acceptor(certificate.der().clone(), &key)
    }
}

fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        );
    TlsAcceptor::from(Arc::new(config.unwrap()))
}

fn certificate_for(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

fn relay(peer: &Peer, tls: TlsMode, authority: Option<&Authority>) -> Relay {
    Relay {
        tls,
        credentials: Some(("me".to_owned(), "secret".to_owned().into())),
        ca: authority.map(|authority| authority.file.path().to_owned()),
        ..peer.relay()
    }
}

/// Opens a session as `relay` says; why there is none.
async fn failure(relay: &Relay) -> OpenFailure {
    let settings = Smtp {
        connect_timeout_seconds: 2,
        ..settings()
    };
    let opened = SmtpSession::open(&settings, relay, "news.example").await;
    opened.err().unwrap()
}

#[tokio::test]
async fn mails_go_through_tls_of_both_kinds() {
    let authority = Authority::new();
    let envelope = lines_to(ADA);
    let starttls = [START, LOG_IN, &envelope, SENT, "C QUIT\nS 221 bye"].join("\n");
    let implicit = [
        "tls\nS 220 mx",
        LOG_IN,
        &envelope,
        SENT,
        "C QUIT\nS 221 bye",
    ]
    .join("\n");
    for (script, mode) in [(starttls, TlsMode::Required), (implicit, TlsMode::Implicit)] {
        let server = authority.server(&certificate_for("127.0.0.1"));
        let peer = Peer::start_with(&[&script], Some(server)).await;
        let relay = relay(&peer, mode, Some(&authority));
        let opened = SmtpSession::open(&settings(), &relay, "news.example").await;
        let mut session = opened.map_err(|failure| format!("{failure:?}")).unwrap();
        let outcome = session.send(outgoing(&to(ADA)), None).await;
        assert!(matches!(outcome, SendOutcome::Accepted(_)), "{outcome:?}");
        session.close().await;
        assert_eq!(peer.rests().await, [""]);
    }
}

/// Expects no session for this reason, and that no password and no mail was said.
async fn fails_closed(peer: Peer, trusted: Option<&Authority>, reason: &str) {
    let failure = failure(&relay(&peer, TlsMode::Required, trusted)).await;
    assert_eq!(failure.phase, Phase::Tls, "{failure:?}");
    assert!(failure.reply.text().contains(reason), "{failure:?}");
    let heard = peer.rests().await.concat();
    assert!(
        !heard.contains("AUTH") && !heard.contains("MAIL"),
        "{heard}"
    );
}

#[tokio::test]
async fn without_starttls_nothing_is_said() {
    let offered = "S 220 mx\nC EHLO news.example\nS 250-mx\nS 250 STARTTLS\nC STARTTLS";
    let hello = "S 220 mx\nC EHLO news.example";
    let cases = [
        (
            format!("{hello}\nS 250-mx\nS 250 AUTH PLAIN"),
            "offers no STARTTLS",
        ),
        (
            format!("{hello}\nS 502 what\nC HELO news.example\nS 250 mx"),
            "offers no STARTTLS",
        ),
        (format!("{offered}\nS 454 4.7.0 not now"), "not now"),
        (
            format!("{offered}\nS 220 go\nwait"),
            "no answer within 2 seconds",
        ),
        (format!("{offered}\nS 220 go\nclose"), "TLS:"),
        // Discarded or taken for a handshake, as the packets come.
        (format!("{offered}\nS 220 go\nS 250 no TLS here"), ""),
    ];
    let authority = Authority::new();
    for (script, reason) in cases {
        fails_closed(Peer::start(&[&script]).await, Some(&authority), reason).await;
    }
}

#[tokio::test]
async fn a_wrong_certificate_makes_no_session() {
    let authority = Authority::new();
    let good = certificate_for("127.0.0.1");
    let mut expired = certificate_for("127.0.0.1");
    expired.not_before = rcgen::date_time_ymd(2019, 1, 1);
    expired.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let own_key = KeyPair::generate().unwrap();
    let mut own = certificate_for("127.0.0.1");
    own.distinguished_name
        .push(rcgen::DnType::CommonName, "nobody's");
    let own = own.self_signed(&own_key).unwrap();
    let own = acceptor(own.der().clone(), &own_key);
    let elsewhere = authority.server(&certificate_for("other.example"));
    let trusted = Some(&authority);
    for (server, trusted, reason) in [
        (elsewhere, trusted, "not valid for name"),
        (authority.server(&expired), trusted, "expired"),
        (own, trusted, "UnknownIssuer"),
        (authority.server(&good), None, "UnknownIssuer"),
    ] {
        let peer = Peer::start_with(&[START], Some(server)).await;
        fails_closed(peer, trusted, reason).await;
    }
}

#[tokio::test]
async fn implicit_tls_does_not_fall_back() {
    let authority = Authority::new();
    let peer = Peer::start(&["S 220 mx"]).await;
    let failure = failure(&relay(&peer, TlsMode::Implicit, Some(&authority))).await;
    assert_eq!(failure.phase, Phase::Tls, "{failure:?}");
}

#[tokio::test]
async fn an_authority_that_cannot_be_read_is_no_reason_to_trust_anybody() {
    let authority = Authority::new();
    let empty = tempfile::NamedTempFile::new().unwrap();
    for (path, reason) in [
        (empty.path().to_owned(), "holds no certificate"),
        ("/does/not/exist".into(), "cannot read"),
    ] {
        let server = authority.server(&certificate_for("127.0.0.1"));
        let peer = Peer::start_with(&[START], Some(server)).await;
        let relay = Relay {
            ca: Some(path),
            ..relay(&peer, TlsMode::Required, None)
        };
        let failure = failure(&relay).await;
        assert_eq!(failure.phase, Phase::Tls);
        assert!(failure.reply.text().contains(reason), "{failure:?}");
    }
}

#[tokio::test]
async fn what_was_said_before_tls_does_not_count_after_it() {
    let authority = Authority::new();
    // Somebody in between adds a reply that would pass for the one to EHLO.
    let start = "S 220 mx\nC EHLO news.example\nS 250-mx\nS 250 STARTTLS\nC STARTTLS\nR 220 go|250-evil|250 AUTH XOAUTH2\ntls";
    let script = [start, LOG_IN].join("\n");
    let server = authority.server(&certificate_for("127.0.0.1"));
    let peer = Peer::start_with(&[&script], Some(server)).await;
    let relay = relay(&peer, TlsMode::Required, Some(&authority));
    let opened = SmtpSession::open(&settings(), &relay, "news.example").await;
    let session = opened.map_err(|failure| format!("{failure:?}")).unwrap();
    assert!(session.offers.pipelining);
    assert_eq!(
        session.offers.auth,
        [AuthMechanism::Login, AuthMechanism::Plain]
    );
    drop(session);
    peer.rests().await;
}

#[tokio::test]
async fn a_password_never_leaves_in_plain_text() {
    let peer = Peer::start(&["S 220 mx\nC EHLO news.example\nS 250-mx\nS 250 AUTH PLAIN"]).await;
    let relay = Relay {
        // This machine under a name that is not one of the loopback interface.
        host: "0.0.0.0".to_owned(),
        ..relay(&peer, TlsMode::None, None)
    };
    let failure = failure(&relay).await;
    assert_eq!(failure.phase, Phase::Auth);
    assert_eq!(peer.rests().await, [""]);
}

#[tokio::test]
async fn logging_in_follows_the_offer_or_the_settings() {
    let hello =
        |offer: &str| format!("S 220 mx\nC EHLO news.example\nS 250-mx\nS 250 AUTH {offer}\n");
    let plain = "C AUTH PLAIN AG1lAHNlY3JldA==\nS 235 ok";
    let login =
        "C AUTH LOGIN\nS 334 VXNlcm5hbWU6\nC bWU=\nS 334 UGFzc3dvcmQ6\nC c2VjcmV0\nS 235 ok";
    let token = "C AUTH XOAUTH2 dXNlcj1tZQFhdXRoPUJlYXJlciBzZWNyZXQBAQ==\n";
    let endless = "C AUTH LOGIN\nS 334 \nC bWU=\nS 334 \nC c2VjcmV0\nS 334 \nC \nS 334 ";
    let forced = Some(AuthMechanism::Login);
    let cases = [
        (hello("LOGIN PLAIN XOAUTH2"), plain.to_owned(), None, None),
        (hello("XOAUTH2 LOGIN"), login.to_owned(), None, None),
        (hello("PLAIN"), login.to_owned(), forced, None),
        (hello("XOAUTH2"), format!("{token}S 235 ok"), None, None),
        (
            hello("XOAUTH2"),
            format!("{token}S 334 eyJ9\nC \nS 535 5.7.8 no"),
            None,
            Some(535),
        ),
        (
            hello("PLAIN"),
            "C AUTH PLAIN AG1lAHNlY3JldA==\nS 535 5.7.8 no".to_owned(),
            None,
            Some(535),
        ),
        (
            hello("PLAIN"),
            "C AUTH PLAIN AG1lAHNlY3JldA==\nS 454 4.7.0 later".to_owned(),
            None,
            Some(454),
        ),
        (hello("GSSAPI"), "wait".to_owned(), None, Some(0)),
        (hello("LOGIN"), endless.to_owned(), None, Some(0)),
    ];
    for (hello, script, auth, code) in cases {
        let peer = Peer::start(&[&(hello + &script)]).await;
        let relay = Relay {
            auth,
            ..relay(&peer, TlsMode::None, None)
        };
        let opened = SmtpSession::open(&settings(), &relay, "news.example").await;
        match (opened, code) {
            (Ok(_), None) => {}
            (Err(failure), Some(code)) => {
                assert_eq!(
                    (failure.phase, failure.reply.code()),
                    (Phase::Auth, code),
                    "{script}"
                );
            }
            (Ok(_), Some(_)) => panic!("logged in: {script}"),
            (Err(failure), None) => panic!("{failure:?}: {script}"),
        }
        peer.rests().await;
    }
}
