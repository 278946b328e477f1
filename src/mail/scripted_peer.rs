//! A mail server that says line for line what a test wants, and checks what it hears. One script per connection.
//!
//! A script has one step per line, the first of them `tls` for TLS from the start: `C x` reads this line and nothing else, `S x` says this line, `D x` drips it, `R x` says both sides of a `|`
//! in one packet, `tls` shakes hands, `close` and `reset` end
//! the connection, `wait` listens until the client leaves, `deaf` does
//! not. After the last step it listens as well.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufStream,
};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::config::{Relay, Smtp};

pub(in crate::mail) struct Peer {
    pub(in crate::mail) address: SocketAddr,
    conversations: JoinHandle<Vec<String>>,
}

/// Short limits; none of them is reached where a test does not want it.
pub(in crate::mail) fn settings() -> Smtp {
    Smtp {
        relays: Vec::new(),
        hello_name: String::new(),
        connect_timeout_seconds: 10,
        command_timeout_seconds: 10,
        data_timeout_seconds: 10,
    }
}

impl Peer {
    pub(in crate::mail) async fn start(scripts: &[&str]) -> Self {
        Self::start_with(scripts, None).await
    }

    pub(in crate::mail) async fn start_with(scripts: &[&str], tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let scripts: Vec<String> = scripts.iter().map(|script| (*script).to_owned()).collect();
        let conversations = tokio::spawn(async move {
            let mut rests = Vec::new();
            for script in scripts {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                if script.ends_with("reset") {
                    stream.set_zero_linger().unwrap();
                }
                rests.push(converse(BufStream::new(Box::new(stream)), &script, tls.as_ref()).await);
            }
            rests
        });
        Self {
            address,
            conversations,
        }
    }

    pub(in crate::mail) fn relay(&self) -> Relay {
        Relay::plain("127.0.0.1".to_owned(), self.address.port())
    }

    /// What came on each connection after its script; fails when a script was not followed.
    pub(in crate::mail) async fn rests(self) -> Vec<String> {
        self.conversations.await.unwrap()
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

async fn converse(
    mut stream: BufStream<Box<dyn Stream>>,
    script: &str,
    tls: Option<&TlsAcceptor>,
) -> String {
    for step in script.lines().map(str::trim_start) {
        match step.split_at_checked(2) {
            Some(("C ", line)) => {
                let mut heard = Vec::new();
                stream.read_until(b'\n', &mut heard).await.unwrap();
                let heard = String::from_utf8(heard).unwrap();
                assert_eq!(heard, format!("{line}\r\n"), "in\n{script}");
            }
            Some(("S ", line)) => {
                stream.write_all(line.as_bytes()).await.unwrap();
                stream.write_all(b"\r\n").await.unwrap();
                stream.flush().await.unwrap();
            }
            Some(("D ", line)) => {
                for octet in line.bytes() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    if stream.write_all(&[octet]).await.is_err() || stream.flush().await.is_err() {
                        return String::new();
                    }
                }
            }
            // Never reads again, and does not leave either.
            _ if step == "deaf" => std::future::pending().await,
            Some(("R ", lines)) => {
                let lines = lines.replace('|', "\r\n") + "\r\n";
                stream.write_all(lines.as_bytes()).await.unwrap();
                stream.flush().await.unwrap();
            }
            _ if step == "tls" => match tls.unwrap().accept(stream.into_inner()).await {
                Ok(encrypted) => stream = BufStream::new(Box::new(encrypted)),
                // The client did not like what it saw.
                Err(_) => return "no handshake".to_owned(),
            },
            _ if step == "close" || step == "reset" => return String::new(),
            _ if step == "wait" || step.is_empty() => {}
            _ => panic!("{step} is no step"),
        }
    }
    let mut rest = Vec::new();
    // A client that resets has said all it wanted, too.
    let _ = stream.read_to_end(&mut rest).await;
    String::from_utf8_lossy(&rest).into_owned()
}
