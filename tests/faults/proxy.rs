//! A TCP proxy between the program and what it talks to, whose faults are switched while it runs.

use std::io::Result;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Where connections lead.
#[derive(Debug, Clone)]
pub(crate) enum Upstream {
    /// An address.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

/// What is wrong with the line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Toxics {
    /// Each piece arrives so much later.
    pub(crate) latency: Duration,
    /// Bytes a second in each direction.
    pub(crate) bandwidth: Option<u64>,
    /// Pieces of so many bytes.
    pub(crate) slice: Option<usize>,
    /// A connection ends after so many bytes of the client.
    pub(crate) cut_after: Option<u64>,
    /// When the server says this, the words are swallowed and the connection ends, in one of so many cases.
    pub(crate) cut_on: Option<(Vec<u8>, u64)>,
    /// Nothing of the server reaches the client any more.
    pub(crate) is_half_open: bool,
    /// Nothing reaches anybody, and nobody is told.
    pub(crate) is_black_hole: bool,
    /// New connections end at once.
    pub(crate) refuses: bool,
}

/// What `PostgreSQL` says when a transaction was committed; without it the client does not know.
pub(crate) const COMMITTED: &[u8] = b"C\0\0\0\x0bCOMMIT\0";

struct State {
    toxics: Mutex<Toxics>,
    cuts: AtomicU64,
    matches: AtomicU64,
    /// Changes when all connections are to end.
    round: watch::Sender<u64>,
}

/// A running proxy; stops when it is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts one on a free port, without faults.
    pub(crate) async fn start(upstream: Upstream) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            toxics: Mutex::default(),
            cuts: AtomicU64::new(0),
            matches: AtomicU64::new(0),
            round: watch::Sender::new(0),
        });
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).ok();
                if !shared.toxics().refuses {
                    tokio::spawn(join(client, upstream.clone(), Arc::clone(&shared)));
                }
            }
        });
        Self {
            address,
            state,
            accepting,
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has these faults from now on, also on connections that are open.
    pub(crate) fn set(&self, toxics: Toxics) {
        *self
            .state
            .toxics
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = toxics;
    }

    /// Ends every connection that is open.
    pub(crate) fn cut_all(&self) {
        self.state.round.send_modify(|round| *round += 1);
    }

    /// How many connections were cut by a fault.
    pub(crate) fn cuts(&self) -> u64 {
        self.state.cuts.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut_all();
    }
}

impl State {
    fn toxics(&self) -> Toxics {
        self.toxics
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn cut(&self) {
        self.cuts.fetch_add(1, Ordering::SeqCst);
    }
}

async fn join(client: TcpStream, upstream: Upstream, state: Arc<State>) {
    let mut round = state.round.subscribe();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server): (
        Box<dyn AsyncRead + Send + Unpin>,
        Box<dyn AsyncWrite + Send + Unpin>,
    ) = match upstream {
        Upstream::Tcp(address) => {
            let Ok(stream) = TcpStream::connect(address).await else {
                return;
            };
            stream.set_nodelay(true).ok();
            let (read, write) = stream.into_split();
            (Box::new(read), Box::new(write))
        }
        Upstream::Unix(path) => {
            let Ok(stream) = UnixStream::connect(path).await else {
                return;
            };
            let (read, write) = stream.into_split();
            (Box::new(read), Box::new(write))
        }
    };
    // When either direction ends, both do: a proxy that keeps half a connection would be a fault of its own.
    tokio::select! {
        _ = pass(from_client, to_server, &state, true) => (),
        _ = pass(from_server, to_client, &state, false) => (),
        _ = round.changed() => (),
    }
}

/// Copies one direction until it ends or a fault ends it.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    state: &State,
    is_client: bool,
) -> Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut passed = 0;
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        passed += u64::try_from(count).unwrap();
        let toxics = state.toxics();
        if toxics.is_black_hole || (toxics.is_half_open && !is_client) {
            continue;
        }
        if is_client && toxics.cut_after.is_some_and(|most| passed > most) {
            state.cut();
            return Ok(());
        }
        let bytes = &buffer[..count];
        if let Some((pattern, one_in)) = toxics.cut_on.as_ref().filter(|_| !is_client)
            && let Some(at) = bytes
                .windows(pattern.len())
                .position(|part| part == pattern)
            && state
                .matches
                .fetch_add(1, Ordering::SeqCst)
                .is_multiple_of(*one_in)
        {
            to.write_all(&bytes[..at]).await?;
            state.cut();
            return Ok(());
        }
        sleep(toxics.latency).await;
        for piece in bytes.chunks(toxics.slice.unwrap_or(count)) {
            if let Some(rate) = toxics.bandwidth {
                let micros = u64::try_from(piece.len()).unwrap() * 1_000_000 / rate.max(1);
                sleep(Duration::from_micros(micros)).await;
            }
            to.write_all(piece).await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An upstream that answers every piece with `answer`.
    async fn upstream(answer: &'static [u8]) -> Upstream {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut buffer = [0; 64];
                    while stream.read(&mut buffer).await.is_ok_and(|count| count > 0) {
                        stream.write_all(answer).await.unwrap();
                    }
                });
            }
        });
        Upstream::Tcp(address)
    }

    async fn ask(proxy: &Proxy) -> Vec<u8> {
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        stream.write_all(b"COMMIT").await.ok();
        let mut buffer = vec![0; 64];
        let answer = tokio::time::timeout(Duration::from_secs(2), stream.read(&mut buffer)).await;
        let count = answer.map_or(0, |count| count.unwrap_or(0));
        buffer.truncate(count);
        buffer
    }

    #[tokio::test]
    async fn the_word_that_a_transaction_was_committed_can_be_swallowed() {
        let proxy = Proxy::start(upstream(COMMITTED).await).await;
        assert_eq!(ask(&proxy).await, COMMITTED);
        proxy.set(Toxics {
            cut_on: Some((COMMITTED.to_vec(), 2)),
            ..Toxics::default()
        });
        assert_eq!(ask(&proxy).await, b"");
        assert_eq!(ask(&proxy).await, COMMITTED);
        assert_eq!(proxy.cuts(), 1);
    }

    #[tokio::test]
    async fn a_line_can_refuse_swallow_and_slice() {
        let proxy = Proxy::start(upstream(b"hello").await).await;
        for toxics in [
            Toxics {
                refuses: true,
                ..Toxics::default()
            },
            Toxics {
                is_black_hole: true,
                ..Toxics::default()
            },
            Toxics {
                is_half_open: true,
                ..Toxics::default()
            },
            Toxics {
                cut_after: Some(3),
                ..Toxics::default()
            },
        ] {
            proxy.set(toxics.clone());
            assert_eq!(ask(&proxy).await, b"", "{toxics:?}");
        }
        proxy.set(Toxics {
            latency: Duration::from_millis(5),
            bandwidth: Some(10_000),
            slice: Some(5),
            ..Toxics::default()
        });
        assert_eq!(ask(&proxy).await, b"hello");
    }
}
