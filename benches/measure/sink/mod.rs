//! A mail server that takes everything and keeps nothing, so cheap that the sender is what is measured.
//!
//! About 20 microseconds a message, nearly all of them in the kernel. One thread serves all connections. It keeps
//! counts, instants and one hash for each Message-ID, which tells whether a mail came twice; nothing is durable. Names
//! nothing of its neighbours, so that tests can include it too.

mod conversation;
mod shared;

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use conversation::{Conversation, End};
use shared::Shared;

/// How often somebody who waits looks.
const POLL: Duration = Duration::from_millis(1);
/// A sender that hands over nothing for so long has stopped.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a sink behaves.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Settings {
    /// Offers STARTTLS, with a certificate for `localhost` made for this sink.
    pub(crate) tls: bool,
    /// Takes at most so many messages a second, over all connections.
    pub(crate) per_second: Option<u32>,
    /// Notes when it took the mails to addresses that begin so.
    pub(crate) noted: Option<&'static str>,
}

/// A running sink; gone when dropped.
pub(crate) struct Sink {
    address: SocketAddr,
    certificate: Option<String>,
    shared: Arc<Shared>,
    /// Ends the thread when it is dropped.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What came in since the last [`Sink::reset`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// Messages answered with 250.
    pub(crate) messages: u64,
    /// Their octets on the wire, with dot-stuffing, without the final dot.
    pub(crate) bytes: u64,
    /// How many of them had a Message-ID that another one had before.
    pub(crate) duplicates: u64,
    /// From the first MAIL to the last 250.
    pub(crate) time: Duration,
}

impl Taken {
    /// Messages a second.
    pub(crate) fn per_second(&self) -> f64 {
        number(self.messages) / self.time.as_secs_f64()
    }

    /// Octets of one message.
    pub(crate) fn size(&self) -> f64 {
        number(self.bytes) / number(self.messages)
    }
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count / 1024).unwrap()) * 1024.0
        + f64::from(u32::try_from(count % 1024).unwrap())
}

impl Sink {
    pub(crate) fn start(settings: Settings) -> Self {
        let (certificate, tls) = settings.tls.then(tls).unzip();
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::new(settings));
        let (stop, stopped) = oneshot::channel();
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = accept(&listener, &for_thread, tls.as_ref()) => (),
                    _ = stopped => (),
                }
            });
        });
        Self {
            address,
            certificate,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate to trust, as PEM, when there is TLS.
    pub(crate) fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Forgets what came in. Nobody may be sending.
    pub(crate) fn reset(&self) {
        let shared = &self.shared;
        for counter in [
            &shared.messages,
            &shared.bytes,
            &shared.duplicates,
            &shared.first,
            &shared.last,
        ] {
            counter.store(0, Ordering::Relaxed);
        }
        shared.ids.lock().unwrap().clear();
        shared.noted.lock().unwrap().clear();
    }

    /// Waits until `count` messages are in and tells about them.
    pub(crate) fn wait(&self, count: u64) -> Taken {
        let (mut seen, mut since) = (0, Instant::now());
        while seen < count {
            let now = self.messages();
            if now > seen {
                (seen, since) = (now, Instant::now());
            }
            assert!(
                since.elapsed() < PATIENCE,
                "nothing came for a minute: {now} of {count} messages are here"
            );
            sleep(POLL);
        }
        self.taken()
    }

    /// How many messages are in.
    pub(crate) fn messages(&self) -> u64 {
        self.shared.messages.load(Ordering::Acquire)
    }

    /// What is in so far.
    pub(crate) fn taken(&self) -> Taken {
        let shared = &self.shared;
        let messages = self.messages();
        let first = shared.first.load(Ordering::Relaxed);
        Taken {
            messages,
            bytes: shared.bytes.load(Ordering::Relaxed),
            duplicates: shared.duplicates.load(Ordering::Relaxed),
            time: Duration::from_nanos(shared.last.load(Ordering::Relaxed).saturating_sub(first)),
        }
    }

    /// When a mail to each of the noted addresses was taken.
    pub(crate) fn noted(&self) -> HashMap<String, Instant> {
        self.shared.noted.lock().unwrap().clone()
    }

    /// The first message that ever came, without its final dot.
    pub(crate) fn sample(&self) -> Vec<u8> {
        self.shared.sample.lock().unwrap().clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// A certificate as PEM, and what serves with it.
fn tls() -> (String, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (made.cert.pem(), TlsAcceptor::from(Arc::new(config)))
}

async fn accept(listener: &TcpListener, shared: &Arc<Shared>, tls: Option<&TlsAcceptor>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).ok();
            let (shared, tls) = (Arc::clone(shared), tls.cloned());
            tokio::spawn(async move {
                // A sender that goes away in the middle is no concern of ours: what it got no 250 for does not count.
                serve(stream, &shared, tls).await.ok();
            });
        }
    }
}

async fn serve(
    mut stream: TcpStream,
    shared: &Shared,
    tls: Option<TlsAcceptor>,
) -> std::io::Result<()> {
    let mut plain = Conversation::new(shared, tls.is_some());
    plain.greet();
    if let (End::StartTls, Some(tls)) = (plain.run(&mut stream).await?, tls) {
        let mut stream = tls.accept(stream).await?;
        Conversation::new(shared, false).run(&mut stream).await?;
    }
    Ok(())
}
