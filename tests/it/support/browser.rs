//! A real Chromium, steered by `WebDriver` (W3C), for which the publisher's and the newsletters' host names lead to this machine.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::process::PATIENCE;

/// Browsers at a time: each takes a core and some hundred megabytes.
static SEATS: Semaphore = Semaphore::const_new(1);

/// The server of the newsletters, as `BASE_URL` of a test with a browser: without TLS, which no test has.
pub(crate) const NEWS: &str = "http://news.europablatt.example";

/// The publisher's site.
pub(crate) const SITE: &str = "http://www.europablatt.example";

/// What a browser is to be like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// Whether pages may run scripts.
    pub(crate) has_scripts: bool,
    /// Of a telephone's screen, in pixels; `None`: a desk's.
    pub(crate) phone_width: Option<u32>,
    /// Whether the reader wants dark pages.
    pub(crate) is_dark: bool,
}

impl Kind {
    pub(crate) const USUAL: Self = Self {
        has_scripts: true,
        phone_width: None,
        is_dark: false,
    };
}

/// One browser with one window; gone with the test.
pub(crate) struct Browser {
    client: Client,
    driver: Driver,
    _seat: SemaphorePermit<'static>,
}

struct Driver {
    child: Child,
    port: u16,
    /// Once there is one.
    session: Option<String>,
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.end_session().ok();
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Driver {
    /// Chromium ends with its session, and outlives a driver that is only killed. A test ends in whatever way, so nothing here
    /// is asynchronous.
    fn end_session(&mut self) -> std::io::Result<()> {
        let Some(session) = self.session.take() else {
            return Ok(());
        };
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port
        )?;
        // The answer comes when Chromium has ended.
        stream.read_exact(&mut [0; 12])
    }
}

impl Browser {
    /// A browser for which [`NEWS`] is at `news` and [`SITE`] at `site`.
    pub(crate) async fn start(kind: Kind, news: SocketAddr, site: &str) -> Self {
        let seat = SEATS.acquire().await.unwrap();
        let mut driver = tokio::task::spawn_blocking(start_driver).await.unwrap();
        let rules = format!(
            "MAP news.europablatt.example:80 {news}, MAP www.europablatt.example:80 {site}, MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
        );
        // Chromium's names: 0 dark, 1 light.
        let scheme = u8::from(!kind.is_dark);
        let mut preferences = json!({});
        if !kind.has_scripts {
            preferences["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let mut options = json!({
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                "--disable-dev-shm-usage", "--lang=en", "--window-size=1000,1200",
                format!("--blink-settings=preferredColorScheme={scheme}"),
                format!("--host-resolver-rules={rules}"),
            ],
            "prefs": preferences,
        });
        if let Some(width) = kind.phone_width {
            options["mobileEmulation"] = json!({"deviceMetrics": {"width": width, "height": 640, "pixelRatio": 1.0, "touch": true}});
        }
        let mut capabilities = Capabilities::new();
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .unwrap();
        driver.session = client.session_id().await.unwrap();
        Self {
            client,
            driver,
            _seat: seat,
        }
    }

    pub(crate) async fn go(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    pub(crate) async fn url(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    /// The element that a CSS selector finds, as soon as it is there.
    pub(crate) async fn find(&self, selector: &str) -> Element {
        let wait = self.client.wait().at_most(PATIENCE).every(POLL);
        wait.for_element(Locator::Css(selector)).await.unwrap()
    }

    pub(crate) async fn type_into(&self, selector: &str, text: &str) {
        let element = self.find(selector).await;
        element.send_keys(text).await.unwrap();
    }

    pub(crate) async fn click(&self, selector: &str) {
        self.find(selector).await.click().await.unwrap();
    }

    /// What a script's `return` gives.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// What a script gives to the function that is its last argument.
    pub(crate) async fn run_async(&self, script: &str) -> Value {
        self.client.execute_async(script, Vec::new()).await.unwrap()
    }

    /// Runs a script in every page from here on, before any of the page's own.
    pub(crate) async fn prepare(&self, script: &str) {
        let (port, session) = (self.driver.port, self.driver.session.as_ref().unwrap());
        let url = format!("http://127.0.0.1:{port}/session/{session}/goog/cdp/execute");
        let command =
            json!({"cmd": "Page.addScriptToEvaluateOnNewDocument", "params": {"source": script}});
        let call = super::http::client().post(url).body(command.to_string());
        let answer = call.send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// Whether there is such an element and a reader sees it; also where pages may run no scripts.
    pub(crate) async fn shown(&self, selector: &str) -> bool {
        match self.client.find(Locator::Css(selector)).await {
            Ok(element) => element.is_displayed().await.unwrap(),
            Err(_) => false,
        }
    }

    /// Waits until an expression is true.
    pub(crate) async fn until(&self, expression: &str) {
        let script = format!("return Boolean({expression});");
        let wait = tokio::time::timeout(PATIENCE, async {
            // The page may be about to change.
            while !matches!(
                self.client.execute(&script, Vec::new()).await,
                Ok(Value::Bool(true))
            ) {
                tokio::time::sleep(POLL).await;
            }
        });
        assert!(wait.await.is_ok(), "never true: {expression}");
    }

    /// A picture (PNG) of the whole page, `width` pixels wide.
    pub(crate) async fn picture(&self, width: u32) -> Vec<u8> {
        self.client.set_window_size(width, 600).await.unwrap();
        let height = self
            .run("return document.documentElement.scrollHeight")
            .await;
        // The window's own bars are a part of its size.
        let height = u32::try_from(height.as_u64().unwrap()).unwrap() + 140;
        self.client.set_window_size(width, height).await.unwrap();
        self.client.screenshot().await.unwrap()
    }

    /// From here on finds what is in the first frame of the page.
    pub(crate) async fn enter_frame(&self) {
        self.find("iframe").await.enter_frame().await.unwrap();
    }

    pub(crate) async fn leave_frame(&self) {
        self.client.enter_parent_frame().await.unwrap();
    }

    /// Presses a key wherever the focus is.
    pub(crate) async fn press(&self, key: char) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(&key.to_string()).await.unwrap();
    }
}

const POLL: Duration = Duration::from_millis(50);

/// Starts the driver on a port of its own choice.
fn start_driver() -> Driver {
    let mut child = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is missing; `make test` installs it");
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut driver = Driver {
        child,
        port: 0,
        session: None,
    };
    for line in lines {
        let line = line.unwrap();
        let after = line.split_once("started successfully on port ");
        if let Some((_, port)) = after {
            driver.port = port.trim_end_matches('.').parse().unwrap();
            return driver;
        }
    }
    panic!("chromedriver ended at once");
}
