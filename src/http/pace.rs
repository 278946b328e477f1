//! The pace of requests: bodies that come in time, and connections that end after so many requests.

use std::future::Future as _;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage as _};
use futures_util::Stream;
use std::cell::Cell;
use tokio::time::{Instant, Sleep};

use super::connection::{UnderWay, Watch};
use super::problem::Problem;
use crate::app::App;

/// After its first seconds a body has to come at this pace, in bytes a second: a large article on a slow line may take longer, a
/// few bytes now and then do not help.
const BODY_BYTES_A_SECOND: u64 = 32 * 1024;

/// Keeps time for the body of a request, and notes for its connection that it is being answered.
pub(super) async fn keep<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<Watched<B>>>, Error> {
    let watch = request.conn_data::<Rc<Watch>>().cloned();
    let begun = watch.as_ref().map(Watch::begin);
    let settings = request
        .app_data::<Data<App>>()
        .map(|app| app.config.server.clone());
    let is_late = Rc::new(Cell::new(false));
    if let Some(settings) = &settings {
        let patience = Duration::from_secs(settings.body_seconds);
        // Many articles are streamed and answered one by one: there the pauses count.
        let is_stream = request.method() == Method::POST && request.path() == "/api/v1/articles";
        let timed = TimedBody {
            inner: request.take_payload(),
            timer: Box::pin(tokio::time::sleep(patience)),
            began: Instant::now(),
            patience,
            received: 0,
            is_stream,
            is_late: Rc::clone(&is_late),
        };
        request.set_payload(Payload::Stream {
            payload: Box::pin(timed),
        });
    }
    let mut response = next.call(request).await?;
    let (count, under_way) = begun.map_or((0, None), |(count, guard)| (count, Some(guard)));
    let is_last = settings.is_some_and(|settings| count >= settings.max_requests_per_connection);
    if is_last || is_late.get() {
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    if is_late.get() {
        if let Some(watch) = &watch {
            watch.close_soon();
        }
        let mut answer = Problem::too_slow().answer();
        answer.head_mut().set_connection_type(ConnectionType::Close);
        drop(under_way);
        return Ok(response.into_response(answer).map_into_right_body());
    }
    Ok(response
        .map_body(|_, body| Watched {
            body: Box::pin(body),
            _under_way: under_way,
        })
        .map_into_left_body())
}

/// A body of an answer; the request is under way until it is gone.
pub(super) struct Watched<B> {
    body: Pin<Box<B>>,
    _under_way: Option<UnderWay>,
}

impl<B: MessageBody> MessageBody for Watched<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.body.as_mut().poll_next(cx)
    }
}

/// The body of a request, which fails when it comes too slowly.
struct TimedBody {
    inner: Payload,
    timer: Pin<Box<Sleep>>,
    began: Instant,
    patience: Duration,
    received: u64,
    /// Whether the pauses count and not the whole.
    is_stream: bool,
    is_late: Rc<Cell<bool>>,
}

impl Stream for TimedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        match Pin::new(&mut this.inner).poll_next(cx) {
            Poll::Ready(Some(Ok(bytes))) => {
                this.received += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                let end = if this.is_stream {
                    Instant::now() + this.patience
                } else {
                    let earned = Duration::from_secs(this.received / BODY_BYTES_A_SECOND);
                    this.began + this.patience + earned
                };
                this.timer.as_mut().reset(end);
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Pending if this.timer.as_mut().poll(cx).is_ready() => {
                this.is_late.set(true);
                let cause = std::io::Error::from(std::io::ErrorKind::TimedOut);
                Poll::Ready(Some(Err(PayloadError::Io(cause))))
            }
            other => other,
        }
    }
}
