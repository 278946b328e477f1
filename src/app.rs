//! What every edge needs, built once and cloned cheaply.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::clock::Clock;
use crate::config::{Config, Relay};
use crate::domain::address_check::{Finding, WantedAddress};
use crate::domain::link_token::LinkKeys;
use crate::domain::site::Site;
use crate::fetch::Fetcher;
pub use crate::mail::captured::CapturedMail;
use crate::mail::mailer::Mailer;
use crate::mail::message::Identity;
pub use crate::mail::outbox::Outbox;
use crate::mail::smtp_server::{self, Script, SmtpServer};
use crate::mail::trial;
use crate::store::{self, Db};
use crate::templates::Templates;
pub use crate::templates::{TemplateError, asset};

/// The program's parts.
#[derive(Clone)]
pub struct App {
    /// The settings.
    pub config: Arc<Config>,
    /// The database, for requests and the scheduler.
    pub db: Db,
    /// The same for sending, with connections of its own: neither can starve the other.
    pub sending_db: Db,
    /// The time.
    pub clock: Clock,
    /// Words and looks.
    pub templates: Templates,
    /// Signs and checks links.
    pub keys: LinkKeys,
    /// The public address.
    pub site: Site,
    /// From whom mails come.
    pub identity: Identity,
    /// The way out for mails.
    pub mailer: Mailer,
    /// The way out for what is fetched from elsewhere.
    pub fetcher: Fetcher,
    /// The caught mails, when the mail catcher runs.
    pub outbox: Option<Outbox>,
    /// Whether the made-up newsroom is shown.
    pub is_demo: bool,
}

/// Why the program cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A built-in template is wrong.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A publisher's template makes a mail that is wrong.
    #[error("{0}; `tidings templates check` says all that is wrong")]
    Mistake(String),
}

/// The mail catcher, when it takes the place of a relay.
pub struct Catcher {
    /// What it caught.
    pub outbox: Outbox,
    running: smtp_server::Running,
}

/// Connections for sending: two desks, two feeds, the heartbeat and the sweep, which do not all work at once.
const SENDING_CONNECTIONS: u32 = 4;

/// How many mails and bytes the catcher keeps: enough for an edition to some thousand readers.
const CATCHER_MESSAGES: usize = 5_000;
const CATCHER_BYTES: usize = 256 * 1024 * 1024;

impl Catcher {
    /// Starts it on a free port of the loopback interface.
    ///
    /// # Errors
    /// When no socket can be had.
    pub async fn start(clock: Clock) -> std::io::Result<Self> {
        let outbox = Outbox::new(CATCHER_MESSAGES, CATCHER_BYTES);
        let now = Arc::new(move || clock.now());
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let running = SmtpServer::start(address, outbox.clone(), Script::default(), now).await?;
        Ok(Self { outbox, running })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> std::net::SocketAddr {
        self.running.address()
    }

    /// Ends it.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}

impl App {
    /// Puts the program together and opens the database.
    ///
    /// `base_url` is where readers reach the server. With `catcher`, mails go there when no relay is set.
    ///
    /// # Errors
    /// [`Error`].
    pub fn new(
        mut config: Config,
        clock: Clock,
        base_url: &Url,
        catcher: Option<&Catcher>,
        is_demo: bool,
    ) -> Result<Self, Error> {
        if config.publisher.home_url.is_empty() {
            // Pages and mails link home; without a site of the publisher that is our list of newsletters.
            config.publisher.home_url = base_url.to_string();
        }
        let templates = load_templates(&config)?;
        let db = Db::open(&config.database, clock.clone())?;
        let identity = Identity {
            from: config.mail.from.clone(),
            return_path: config
                .mail
                .return_path
                .clone()
                .unwrap_or_else(|| config.mail.from.clone()),
            name: config.publisher.name.clone(),
        };
        let hello_name = match config.smtp.hello_name.as_str() {
            "" => identity.domain().to_owned(),
            name => name.to_owned(),
        };
        let mut relays = config.smtp.relays.clone();
        if relays.is_empty() {
            relays.push(relay_to(catcher));
        }
        let connections = usize::try_from(config.delivery.connections).unwrap_or(1);
        Ok(Self {
            keys: config.links.keys(),
            site: Site::new(base_url),
            mailer: Mailer::new(config.smtp.clone(), relays, hello_name, connections)
                .with_log_ins_from(Arc::new(config.relays_again())),
            fetcher: Fetcher::new(&config.fetch, base_url),
            outbox: catcher.map(|catcher| catcher.outbox.clone()),
            config: Arc::new(config),
            sending_db: db.beside(SENDING_CONNECTIONS)?,
            db,
            clock,
            templates,
            identity,
            is_demo,
        })
    }
}

/// Addresses of articles that are asked at a time.
const ASKED_AT_A_TIME: usize = 4;

impl App {
    /// Asks addresses of articles, a few at a time and all of them within `digest.address_check_seconds`; each has its finding.
    /// No transaction may be open meanwhile.
    pub async fn ask_addresses(&self, wanted: Vec<WantedAddress>) -> Vec<Finding> {
        let limit = Duration::from_secs(u64::from(self.config.digest.address_check_seconds));
        let deadline = Instant::now() + limit;
        stream::iter(wanted)
            .map(|wanted| self.ask_address(wanted, deadline))
            .buffer_unordered(ASKED_AT_A_TIME)
            .collect()
            .await
    }

    async fn ask_address(&self, wanted: WantedAddress, deadline: Instant) -> Finding {
        let is_over = "was not asked to an end: the time for all addresses was over";
        let Ok(url) = Url::parse(&wanted.url) else {
            return Finding::unclear(wanted, "cannot be read");
        };
        if Instant::now() >= deadline {
            return Finding::unclear(wanted, is_over);
        }
        match timeout_at(deadline, self.fetcher.probe(&url)).await {
            Ok(Ok(probed)) => {
                let led_to = probed.led_to.as_ref().map(Url::as_str);
                Finding::answered(wanted, probed.status, led_to)
            }
            Ok(Err(error)) => Finding::unclear(wanted, &format!("could not be asked: {error}")),
            Err(_) => Finding::unclear(wanted, is_over),
        }
    }
}

/// The templates, a publisher's own ones tried out first: a mistake is found now and not at seven in the morning.
fn load_templates(config: &Config) -> Result<Templates, Error> {
    let Some(folder) = &config.templates.dir else {
        return Ok(Templates::new(&config.publisher)?);
    };
    let templates = Templates::with_folder(&config.publisher, folder)?;
    match trial::mistakes(&templates).into_iter().next() {
        None => Ok(templates),
        Some(mistake) => Err(Error::Mistake(mistake)),
    }
}

/// The mail catcher as a relay. Commands that never send need none: port 9 discards, or nobody answers.
fn relay_to(catcher: Option<&Catcher>) -> Relay {
    let (host, port) = catcher.map_or_else(
        || ("127.0.0.1".to_owned(), 9),
        |it| (it.address().ip().to_string(), it.address().port()),
    );
    Relay::plain(host, port)
}
