//! Connections with deadlines: what the HTTP library leaves open.
//!
//! actix-http bounds the head of the first request of a connection and nothing after it: a second head, a body or an answer may
//! take for ever. So the stream below it keeps time. It knows from [`Watch`], which a middleware sets, whether a request is being
//! answered; when none is, the next head has to be there in time. A client that takes nothing of an answer is left.
//!
//! [`Seats`] bound how many connections there are, all together and for each client network.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::Future as _;
use std::io::{Error, ErrorKind, Result};
use std::net::{IpAddr, TcpListener};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use nix::sys::socket::Backlog;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use crate::config::Server;
use crate::domain::network::{self, Network};

/// A client that takes less than this of an answer in the time of a stall has stalled, in bytes.
const STALL_BYTES: u64 = 4_096;

/// How long a connection that is to be closed may stay open for what the client still sends.
const LINGER: Duration = Duration::from_secs(2);

/// The times of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    keep_alive: Duration,
    head: Duration,
    stall: Duration,
}

impl Limits {
    pub(super) fn new(settings: &Server) -> Self {
        Self {
            keep_alive: Duration::from_secs(settings.keep_alive_seconds),
            head: Duration::from_secs(settings.head_seconds),
            stall: Duration::from_secs(settings.stall_seconds),
        }
    }
}

/// What is known of a connection, shared by its stream and the requests that came on it.
#[derive(Debug)]
pub(super) struct Watch {
    /// Requests whose answers are not finished.
    under_way: Cell<usize>,
    /// Requests so far.
    count: Cell<u32>,
    /// Since when nothing is under way.
    idle_since: Cell<Instant>,
    /// Since when there has been a part of the next head.
    head_since: Cell<Option<Instant>>,
    /// When it is closed in any case.
    close_at: Cell<Option<Instant>>,
}

impl Watch {
    fn new(now: Instant) -> Self {
        Self {
            under_way: Cell::new(0),
            count: Cell::new(0),
            idle_since: Cell::new(now),
            head_since: Cell::new(None),
            close_at: Cell::new(None),
        }
    }

    /// A request is there; returns which one it is on this connection, from 1.
    pub(super) fn begin(self: &Rc<Self>) -> (u32, UnderWay) {
        self.under_way.set(self.under_way.get() + 1);
        self.head_since.set(None);
        let count = self.count.get().saturating_add(1);
        self.count.set(count);
        (count, UnderWay(Rc::clone(self)))
    }

    /// Ends the connection soon after the answer.
    pub(super) fn close_soon(&self) {
        self.close_at.set(Some(Instant::now() + LINGER));
    }

    fn deadline(&self, limits: &Limits) -> Option<Instant> {
        if self.under_way.get() > 0 {
            return None;
        }
        let head = match self.head_since.get() {
            Some(since) => since + limits.head,
            // Also for a part of a head that came together with the request before.
            None => self.idle_since.get() + limits.keep_alive + limits.head,
        };
        Some(self.close_at.get().map_or(head, |at| at.min(head)))
    }

    /// Whether what comes now begins the next head.
    fn is_first_byte(&self) -> bool {
        self.under_way.get() == 0
            && self.head_since.get().is_none()
            && self.close_at.get().is_none()
    }
}

/// A request that is being answered, until it is dropped.
#[derive(Debug)]
pub(super) struct UnderWay(Rc<Watch>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let watch = &self.0;
        watch.under_way.set(watch.under_way.get().saturating_sub(1));
        watch.idle_since.set(Instant::now());
    }
}

/// A stall of writing: since when, and how much had been taken by then.
#[derive(Debug, Clone, Copy)]
struct Stall {
    since: Instant,
    written: u64,
}

/// A stream that ends with `TimedOut` when the client is too slow.
pub(super) struct Guarded {
    io: TcpStream,
    watch: Rc<Watch>,
    limits: Limits,
    read_timer: Pin<Box<Sleep>>,
    write_timer: Pin<Box<Sleep>>,
    written: u64,
    stall: Option<Stall>,
    _seat: Seat,
}

impl Guarded {
    pub(super) fn new(io: TcpStream, limits: Limits, seat: Seat) -> Self {
        let now = Instant::now();
        Self {
            io,
            watch: Rc::new(Watch::new(now)),
            limits,
            read_timer: Box::pin(tokio::time::sleep_until(now + limits.head)),
            write_timer: Box::pin(tokio::time::sleep_until(now)),
            written: 0,
            stall: None,
            _seat: seat,
        }
    }

    pub(super) fn watch(&self) -> Rc<Watch> {
        Rc::clone(&self.watch)
    }

    /// Ready when the client has taken too little for too long.
    fn poll_stall(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        loop {
            let stall = *self.stall.get_or_insert_with(|| Stall {
                since: Instant::now(),
                written: self.written,
            });
            let end = stall.since + self.limits.stall;
            if self.write_timer.deadline() != end {
                self.write_timer.as_mut().reset(end);
            }
            if self.write_timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if self.written - stall.written < STALL_BYTES {
                return Poll::Ready(too_slow("the answer is not taken"));
            }
            self.stall = None;
        }
    }
}

fn too_slow(what: &'static str) -> Error {
    Error::new(ErrorKind::TimedOut, what)
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.io).poll_read(cx, buffer);
        let has_come = buffer.filled().len() > before;
        if has_come && this.watch.is_first_byte() {
            // It may have waited for us, and not we for it.
            this.watch.head_since.set(Some(Instant::now()));
            return polled;
        }
        if polled.is_ready() && !has_come {
            return polled;
        }
        let Some(end) = this.watch.deadline(&this.limits) else {
            return polled;
        };
        if this.read_timer.deadline() != end {
            this.read_timer.as_mut().reset(end);
        }
        if this.read_timer.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(too_slow("the next request is not there")));
        }
        polled
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<Result<usize>> {
        let this = &mut *self;
        match Pin::new(&mut this.io).poll_write(cx, data) {
            Poll::Ready(Ok(count)) => {
                this.written += u64::try_from(count).unwrap_or(u64::MAX);
                // Everything found room: the client keeps up.
                if count == data.len() {
                    this.stall = None;
                }
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => this.poll_stall(cx).map(Err),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// Lets as many connections as the system allows wait to be accepted. The standard library allows 128: when more come at once
/// the system drops what completes them, and each tries again after a second and more, which no deadline of ours counts.
///
/// # Errors
/// When the socket does not listen.
pub(super) fn widen_queue(listener: &TcpListener) -> Result<()> {
    Ok(nix::sys::socket::listen(listener, Backlog::MAXALLOWABLE)?)
}

/// How many connections there are and may be, for all threads of a server together.
#[derive(Debug)]
pub(super) struct Seats {
    total: AtomicUsize,
    per_client: Mutex<HashMap<Network, u32>>,
    most: usize,
    most_per_client: u32,
    trusted: Vec<Network>,
}

impl Seats {
    pub(super) fn new(settings: &Server) -> Arc<Self> {
        Arc::new(Self {
            total: AtomicUsize::new(0),
            per_client: Mutex::default(),
            most: usize::try_from(settings.max_connections).unwrap_or(usize::MAX),
            most_per_client: settings.max_connections_per_client,
            trusted: settings.trusted_proxies.clone(),
        })
    }

    /// A seat for a connection, or none when all are taken.
    pub(super) fn take(self: &Arc<Self>, peer: Option<IpAddr>) -> Option<Seat> {
        if self.total.fetch_add(1, Ordering::Relaxed) >= self.most {
            self.total.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        // From here on, dropping it gives the seat back.
        let mut seat = Seat {
            seats: Arc::clone(self),
            client: None,
        };
        let Some(client) = peer
            .filter(|peer| self.is_counted(*peer))
            .map(Network::of_client)
        else {
            return Some(seat);
        };
        let mut taken = self
            .per_client
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(client).or_insert(0);
        if *count >= self.most_per_client {
            return None;
        }
        *count += 1;
        seat.client = Some(client);
        Some(seat)
    }

    fn is_counted(&self, peer: IpAddr) -> bool {
        self.most_per_client > 0
            && !network::is_own(peer)
            && !self.trusted.iter().any(|proxy| proxy.contains(peer))
    }
}

/// A connection among the [`Seats`].
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    client: Option<Network>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.total.fetch_sub(1, Ordering::Relaxed);
        let Some(client) = self.client else { return };
        let mut taken = self
            .seats
            .per_client
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&client) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(most: usize, most_per_client: u32) -> Arc<Seats> {
        Arc::new(Seats {
            total: AtomicUsize::new(0),
            per_client: Mutex::default(),
            most,
            most_per_client,
            trusted: vec!["198.51.100.1".parse().unwrap()],
        })
    }

    #[test]
    fn many_connections_may_wait_to_be_accepted() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        widen_queue(&listener).unwrap();
        let address = listener.local_addr().unwrap();
        // Nobody accepts them. The standard library's queue holds 129.
        let connect = |_| std::net::TcpStream::connect_timeout(&address, Duration::from_secs(5));
        let waiting: std::io::Result<Vec<_>> = (0..300).map(connect).collect();
        assert_eq!(waiting.unwrap().len(), 300);
    }

    #[test]
    fn seats_are_given_back() {
        let seats = seats(3, 2);
        let from = |text: &str| seats.take(Some(text.parse().unwrap()));
        let (a, b) = (from("203.0.113.1"), from("203.0.113.2"));
        assert!(a.is_some() && b.is_some() && from("203.0.113.3").is_none());
        let c = from("192.0.2.1");
        assert!(c.is_some() && from("192.0.2.2").is_none());
        drop((a, c));
        assert!(from("203.0.113.3").is_some());
        drop(b);
        assert_eq!(seats.total.load(Ordering::Relaxed), 0);
        assert!(seats.per_client.lock().unwrap().is_empty());
    }

    #[test]
    fn proxies_and_our_own_machines_may_have_many() {
        let seats = seats(100, 1);
        for peer in ["127.0.0.1", "10.0.0.1", "::1", "198.51.100.1"] {
            let taken: Vec<_> = (0..5)
                .map(|_| seats.take(Some(peer.parse().unwrap())))
                .collect();
            assert!(taken.iter().all(Option::is_some), "{peer}");
        }
    }
}
