//! Asking whether there is something at an address, without reading it.

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Method, Response};
use url::Url;

use super::{Error, Fetcher, MAX_REDIRECTS, host, next, rules};

/// What a page is asked for as.
const PAGES: HeaderValue = HeaderValue::from_static("text/html, */*;q=0.5");

/// What an address answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// The HTTP status of the last answer, whatever it is.
    pub status: u16,
    /// Where redirects led; `None` when there were none.
    pub led_to: Option<Url>,
}

impl Fetcher {
    /// Asks whether there is something at an address, following redirects: HEAD, and GET where a server does not know HEAD
    /// (405, 501) or says that there is nothing, which some say to every HEAD. No body is read.
    ///
    /// # Errors
    /// [`Error`], but none for a status. [`Error::TimedOut`] after `fetch.timeout_seconds` for all requests together.
    pub async fn probe(&self, url: &Url) -> Result<Probed, Error> {
        let seconds = self.0.settings.timeout_seconds;
        let limit = Duration::from_secs(seconds);
        match tokio::time::timeout(limit, self.follow_probe(url)).await {
            Ok(result) => result,
            Err(_) => Err(Error::TimedOut {
                host: host(url),
                seconds,
            }),
        }
    }

    async fn follow_probe(&self, begin: &Url) -> Result<Probed, Error> {
        let mut url = begin.clone();
        let mut led_to = None;
        for _ in 0..=MAX_REDIRECTS {
            let mut response = self.send_probe(Method::HEAD, &url).await?;
            if matches!(response.status().as_u16(), 404 | 405 | 410 | 501) {
                response = self.send_probe(Method::GET, &url).await?;
            }
            match next(&response, &url) {
                Some(next) => {
                    led_to = Some(next.clone());
                    url = next;
                }
                None => {
                    return Ok(Probed {
                        status: response.status().as_u16(),
                        led_to,
                    });
                }
            }
        }
        Err(Error::TooManyRedirects {
            url: rules::shown(begin),
            max: MAX_REDIRECTS,
        })
    }

    async fn send_probe(&self, method: Method, url: &Url) -> Result<Response, Error> {
        self.0.rules.check(url)?;
        let request = self.client(url)?.request(method, url.clone());
        let sent = request.header(ACCEPT, PAGES).send().await;
        sent.map_err(|cause| self.failure(url, &cause))
    }
}
