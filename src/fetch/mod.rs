//! The one client for everything that the server fetches from elsewhere.
//!
//! Whoever may enter an address of a feed could otherwise make this server ask machines that only it can reach. So:
//! only `http` and `https`, only the usual ports, only public addresses, checked in the look-up that the connection
//! uses; redirects are followed by hand and checked each; size and time are bounded; no proxy of the environment, no
//! cookies, no user name in an address. `fetch.allowed_private_hosts` names exceptions.

mod address;
mod error;
mod lookup;
mod probe;
mod rules;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{
    ACCEPT, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, LINK, LOCATION, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use url::Url;

pub use error::{Error, RetryAfter};
pub use probe::Probed;

use crate::config::Fetch;
use lookup::{Guard, Lookup};
use rules::Rules;

/// Redirects that are followed.
const MAX_REDIRECTS: usize = 5;
/// What we would like to get.
const FEEDS: &str = "application/feed+json, application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, \
                     application/json;q=0.8, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5";

/// What is fetched.
#[derive(Debug, Clone)]
pub struct Request {
    /// Where.
    pub url: Url,
    /// `ETag` of the last answer.
    pub etag: Option<String>,
    /// `Last-Modified` of the last answer.
    pub last_modified: Option<String>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Where it came from in the end.
    pub url: Url,
    /// Where permanent redirects led: use this from now on.
    pub moved_to: Option<Url>,
    /// The document; `None` when nothing has changed since the last answer.
    pub body: Option<Vec<u8>>,
    /// `charset` of its `Content-Type`.
    pub charset: Option<String>,
    /// For the next request.
    pub etag: Option<String>,
    /// For the next request.
    pub last_modified: Option<String>,
    /// All headers of the answer.
    pub headers: HeaderMap,
}

impl Fetched {
    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The values of all `Link` headers (RFC 8288).
    pub fn links(&self) -> impl Iterator<Item = &str> {
        let values = self.headers.get_all(LINK).iter();
        values.filter_map(|value| value.to_str().ok())
    }
}

/// The client; cheap to clone.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

struct Inner {
    settings: Fetch,
    rules: Rules,
    user_agent: String,
    lookup: Lookup,
    /// Made at the first use: reading the system's certificates takes time that most commands need not spend.
    client: OnceLock<Result<Client, String>>,
}

impl Fetcher {
    /// A client by the settings, which tells others `base_url` as the place to complain to.
    #[must_use]
    pub fn new(settings: &Fetch, base_url: &Url) -> Self {
        Self::with_lookup(settings, base_url, lookup::of_the_system())
    }

    fn with_lookup(settings: &Fetch, base_url: &Url, lookup: Lookup) -> Self {
        let user_agent = match settings.user_agent.as_str() {
            "" => format!(
                "Tidings/{} (feed reader; +{base_url})",
                env!("CARGO_PKG_VERSION")
            ),
            own => own.to_owned(),
        };
        Self(Arc::new(Inner {
            settings: settings.clone(),
            rules: Rules::new(settings),
            user_agent,
            lookup,
            client: OnceLock::new(),
        }))
    }

    /// Whether an address may be fetched from at all, as far as it can be told without asking.
    ///
    /// # Errors
    /// [`Error::Refused`] and [`Error::PrivateHost`].
    pub fn check(&self, url: &Url) -> Result<(), Error> {
        self.0.rules.check(url)
    }

    /// Fetches a document, following redirects.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn get(&self, request: &Request) -> Result<Fetched, Error> {
        let seconds = self.0.settings.timeout_seconds;
        let limit = Duration::from_secs(seconds);
        match tokio::time::timeout(limit, self.follow(request)).await {
            Ok(result) => result,
            Err(_) => Err(Error::TimedOut {
                host: host(&request.url),
                seconds,
            }),
        }
    }

    /// Sends a form. Redirects that keep the method are followed (307, 308); what is answered is not read.
    ///
    /// # Errors
    /// [`Error`]; every status that is no success is one.
    pub async fn post_form(&self, url: &Url, pairs: &[(&str, &str)]) -> Result<(), Error> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let seconds = self.0.settings.timeout_seconds;
        let sent = self.follow_post(url.clone(), body);
        match tokio::time::timeout(Duration::from_secs(seconds), sent).await {
            Ok(result) => result,
            Err(_) => Err(Error::TimedOut {
                host: host(url),
                seconds,
            }),
        }
    }

    async fn follow_post(&self, mut url: Url, body: String) -> Result<(), Error> {
        let begin = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            self.0.rules.check(&url)?;
            let request = self.client(&url)?.post(url.clone());
            let request = request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body.clone());
            let sent = request.send().await;
            let response = sent.map_err(|cause| self.failure(&url, &cause))?;
            let status = response.status();
            if status.is_success() {
                return Ok(());
            }
            let keeps_method = matches!(status.as_u16(), 307 | 308);
            match next(&response, &url).filter(|_| keeps_method) {
                Some(next) => url = next,
                None => {
                    return Err(Error::Status {
                        host: host(&url),
                        status: status.as_u16(),
                        retry_after: None,
                    });
                }
            }
        }
        Err(Error::TooManyRedirects {
            url: rules::shown(&begin),
            max: MAX_REDIRECTS,
        })
    }

    async fn follow(&self, request: &Request) -> Result<Fetched, Error> {
        let mut url = request.url.clone();
        let mut moved_to = None;
        let mut is_permanent = true;
        for _ in 0..=MAX_REDIRECTS {
            let response = self.ask(&url, request).await?;
            let status = response.status();
            let Some(next) = next(&response, &url) else {
                return self.read(response, url, moved_to).await;
            };
            is_permanent &= matches!(
                status,
                StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT
            );
            if is_permanent {
                moved_to = Some(next.clone());
            }
            url = next;
        }
        Err(Error::TooManyRedirects {
            url: rules::shown(&request.url),
            max: MAX_REDIRECTS,
        })
    }

    async fn ask(&self, url: &Url, request: &Request) -> Result<Response, Error> {
        self.0.rules.check(url)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(FEEDS));
        for (name, value) in [
            (IF_NONE_MATCH, &request.etag),
            (IF_MODIFIED_SINCE, &request.last_modified),
        ] {
            let value = value
                .as_ref()
                .and_then(|value| HeaderValue::from_str(value).ok());
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
        let client = self.client(url)?;
        let sent = client.get(url.clone()).headers(headers).send().await;
        sent.map_err(|cause| self.failure(url, &cause))
    }

    fn client(&self, url: &Url) -> Result<&Client, Error> {
        let built = self.0.client.get_or_init(|| self.build());
        built.as_ref().map_err(|detail| Error::Connection {
            host: host(url),
            detail: detail.clone(),
        })
    }

    fn build(&self) -> Result<Client, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(&provider))
            .map_err(|cause| cause.to_string())?;
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|cause| cause.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        let guard = Guard {
            rules: self.0.rules.clone(),
            lookup: Arc::clone(&self.0.lookup),
        };
        Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(guard))
            .redirect(Policy::none())
            .no_proxy()
            // A kept connection would outlive what its name was checked for.
            .pool_max_idle_per_host(0)
            .connect_timeout(Duration::from_secs(self.0.settings.connect_timeout_seconds))
            .user_agent(&self.0.user_agent)
            .build()
            .map_err(|cause| cause.to_string())
    }

    async fn read(
        &self,
        mut response: Response,
        url: Url,
        moved_to: Option<Url>,
    ) -> Result<Fetched, Error> {
        let status = response.status();
        let headers = response.headers();
        let mut fetched = Fetched {
            moved_to,
            body: None,
            charset: text(headers, CONTENT_TYPE).as_deref().and_then(charset),
            etag: text(headers, ETAG),
            last_modified: text(headers, LAST_MODIFIED),
            headers: headers.clone(),
            url,
        };
        if status == StatusCode::NOT_MODIFIED {
            return Ok(fetched);
        }
        let host = host(&fetched.url);
        if !status.is_success() {
            let retry_after = text(headers, RETRY_AFTER).as_deref().and_then(retry_after);
            return Err(Error::Status {
                host,
                status: status.as_u16(),
                retry_after,
            });
        }
        let max = self.0.settings.max_bytes;
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|cause| self.failure(&fetched.url, &cause))?
        {
            if body.len() + chunk.len() > max {
                return Err(Error::TooLarge { host, max });
            }
            body.extend_from_slice(&chunk);
        }
        fetched.body = Some(body);
        Ok(fetched)
    }

    /// Our own reason inside of the client's, else the client's in one line.
    fn failure(&self, url: &Url, cause: &reqwest::Error) -> Error {
        let mut source: Option<&dyn std::error::Error> = Some(cause);
        let mut last = cause.to_string();
        while let Some(error) = source {
            if let Some(own) = error.downcast_ref::<Error>() {
                return own.clone();
            }
            last = error.to_string();
            source = error.source();
        }
        let host = host(url);
        if cause.is_timeout() {
            return Error::TimedOut {
                host,
                seconds: self.0.settings.connect_timeout_seconds,
            };
        }
        Error::Connection { host, detail: last }
    }
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// Where a redirect leads.
fn next(response: &Response, url: &Url) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let mut next = url.join(&text(response.headers(), LOCATION)?).ok()?;
    next.set_fragment(None);
    Some(next)
}

/// A header as text, unless it is very long or no text.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty() && value.len() <= 2_000).then(|| value.to_owned())
}

fn charset(content_type: &str) -> Option<String> {
    let parameters = content_type.split(';').skip(1);
    let mut pairs = parameters.filter_map(|parameter| parameter.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Some(value.trim().trim_matches('"').to_owned())
}

/// Seconds or a date (RFC 9110 §10.2.3).
fn retry_after(value: &str) -> Option<RetryAfter> {
    if let Ok(seconds) = value.parse() {
        return Some(RetryAfter::Seconds(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?;
    Some(RetryAfter::At(at.timestamp()))
}

#[cfg(test)]
mod tests;
