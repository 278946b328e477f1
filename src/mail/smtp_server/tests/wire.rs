//! The server as a client sees it that writes what it likes to the socket.

use super::*;

#[tokio::test]
async fn a_stalled_session_lasts_until_the_client_leaves_or_the_time_is_over() {
    let limits = Limits {
        idle: Duration::from_millis(150),
        ..Limits::default()
    };
    let peer = start_with(Script::default().on_mail(|_| Verdict::Stall), limits).await;
    let mut client = peer.connect().await;
    client.say("EHLO c\r\nMAIL FROM:<>\r\nNOOP\r\n").await;
    assert!(
        client
            .rest()
            .await
            .ends_with("250 AUTH PLAIN LOGIN XOAUTH2\r\n"),
        "no reply after the one to EHLO"
    );

    let peer = start(Script::default().on_mail(|_| Verdict::Stall)).await;
    let mut client = peer.connect().await;
    client.say("EHLO c\r\nMAIL FROM:<>\r\n").await;
    client.stream.shutdown().await.unwrap();
    assert!(
        client
            .rest()
            .await
            .ends_with("250 AUTH PLAIN LOGIN XOAUTH2\r\n")
    );
}

#[tokio::test]
async fn a_whole_session_may_come_in_one_packet() {
    let peer = start(Script::default()).await;
    let transaction = format!(
        "MAIL FROM:<b@news.example> SIZE=100 BODY=8BITMIME\r\nRCPT TO:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n\
         DATA\r\n{SAMPLE}..stuffed\r\n.\r\n"
    );
    let octets = format!("EHLO c\r\n{transaction}{transaction}RSET\r\nVRFY a\r\n");
    let codes = peer.connect().await.codes(&octets).await;
    let expected = "220 250 250 250 250 354 250 250 250 250 354 250 250 252 221";
    assert_eq!(codes.join(" "), expected);
    assert_eq!(peer.bodies(), vec![format!("{SAMPLE}.stuffed\r\n"); 2]);
    assert_eq!(
        peer.outbox.find(1).unwrap().recipients,
        ["a@x.example", "b@x.example"]
    );

    // The same octets, one by one.
    let mut client = peer.connect().await;
    client.stream.set_nodelay(true).unwrap();
    for octet in octets.as_bytes() {
        client.say([*octet]).await;
    }
    assert_eq!(client.codes("").await.join(" "), expected);
    assert_eq!(peer.outbox.count(), 4);
}

#[tokio::test]
async fn what_is_smuggled_stays_part_of_the_message() {
    let start_of_message =
        "EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\nSubject: 1\r\n\r\nfirst";
    for end in [
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r.\r\n",
        "\r\n.\r",
        "\n.\r",
        "\r\n\0.\r\n",
        "\r\n. \r\n",
    ] {
        let peer = start(Script::default()).await;
        let second =
            "MAIL FROM:<evil@x.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\nsecond\r\n.\r\n";
        let codes = peer
            .connect()
            .await
            .codes(format!("{start_of_message}{end}{second}"))
            .await;
        assert_eq!(
            codes,
            ["220", "250", "250", "250", "354", "250", "221"],
            "{end:?}"
        );
        assert_eq!(peer.outbox.count(), 1, "{end:?}");
        assert!(peer.bodies()[0].contains("evil@x.example"), "{end:?}");
    }
}

#[tokio::test]
async fn commands_are_refused_out_of_order_and_out_of_shape() {
    let peer = start(Script::default()).await;
    let long = format!("NOOP {}\r\n", "x".repeat(2_042));
    let cases = [
        (
            "MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\nAUTH PLAIN\r\n",
            "503 503 503 503",
        ),
        (
            "EHLO c\r\nDATA\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\nDATA\r\n",
            "250 503 250 503 554",
        ),
        (
            "EHLO c\r\nMAIL FROM:<>\r\nEHLO c\r\nRCPT TO:<a@b.example>\r\n",
            "250 250 250 503",
        ),
        ("NOOP\nNOOP\r\n", "500 250"),
        ("\r\nBLAH\r\nSTARTTLS\r\n", "500 500 502"),
        (
            "EHLO c\r\nAUTH PLAIN\r\nAGEAYg==\r\nAUTH PLAIN AGEAYg==\r\n",
            "250 334 235 503",
        ),
        (
            "EHLO c\r\nAUTH PLAIN\r\n*\r\nAUTH NTLM\r\n",
            "250 334 501 504",
        ),
        ("EHLO c\r\nMAIL FROM:<> SIZE=26214401\r\n", "250 552"),
    ];
    for (octets, expected) in cases {
        let codes = peer.connect().await.codes(octets).await;
        assert_eq!(codes.join(" "), format!("220 {expected} 221"), "{octets:?}");
    }
    assert_eq!(
        peer.connect().await.codes(&long[1..]).await,
        ["220", "500", "221"],
        "2048 octets, unknown"
    );
    assert_eq!(
        peer.connect().await.codes(&long).await,
        ["220", "500", "221"],
        "2049 octets"
    );
    let endless = "x".repeat(100_000);
    assert_eq!(
        peer.connect()
            .await
            .codes(format!("{endless}\r\nNOOP\r\n"))
            .await,
        ["220", "500", "250", "221"]
    );
}

#[tokio::test]
async fn a_message_over_25_mebibytes_is_refused_and_the_session_goes_on() {
    let peer = start(Script::default()).await;
    let line = format!("{}\r\n", "x".repeat(998));
    let message = line.repeat(26_215);
    let transaction = "MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n";
    let octets = format!("EHLO c\r\n{transaction}{message}.\r\n{transaction}{SAMPLE}.\r\n");
    let codes = peer.connect().await.codes(octets).await;
    assert_eq!(
        codes.join(" "),
        "220 250 250 250 354 552 250 250 354 250 221"
    );
    assert_eq!(peer.bodies(), [SAMPLE]);
}

#[tokio::test]
async fn a_silent_client_and_one_too_many_are_sent_away() {
    let limits = Limits {
        idle: Duration::from_millis(100),
        connections: 1,
    };
    let peer = start_with(Script::default(), limits).await;
    let mut first = peer.connect().await;
    let mut greeting = [0; 3];
    first.stream.read_exact(&mut greeting).await.unwrap();
    let refused = peer.connect().await.rest().await;
    assert!(
        refused.starts_with("421 4.3.2 Too many connections"),
        "{refused}"
    );
    let farewell = first.rest().await;
    assert!(
        farewell.ends_with("421 4.4.2 Idle for too long, closing connection\r\n"),
        "{farewell}"
    );
}

#[tokio::test]
async fn stopping_ends_sessions_and_frees_the_port() {
    let peer = start(Script::default()).await;
    let address = peer.server.address();
    let mut client = peer.connect().await;
    client.say("NOOP\r\n").await;
    let mut greeting_and_reply = [0; 35];
    client
        .stream
        .read_exact(&mut greeting_and_reply)
        .await
        .unwrap();
    let (_, replies) = tokio::join!(timeout(PATIENCE, peer.server.stop()), client.rest());
    assert!(
        replies.ends_with("421 4.3.2 Shutting down, closing connection\r\n"),
        "{replies}"
    );
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn only_loopback_addresses_are_served() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:192.0.2.1]:0"] {
        let now: Now = Arc::new(|| Timestamp::UNIX_EPOCH);
        let outbox = Outbox::new(1, 1);
        let refused =
            SmtpServer::start(address.parse().unwrap(), outbox, Script::default(), now).await;
        assert_eq!(
            refused.unwrap_err().kind(),
            io::ErrorKind::InvalidInput,
            "{address}"
        );
    }
}
