//! Readers as HTTP clients.

use reqwest::redirect::Policy;
use secrecy::SecretString;
use tidings::domain::link_token::{LinkKeys, Purpose};
use uuid::Uuid;

use crate::program::Process;
use crate::tables::Database;
use crate::world::SECRET;

/// Readers of one server.
#[derive(Clone)]
pub(crate) struct Client {
    client: reqwest::Client,
    base: String,
}

impl Client {
    /// Of a server that has just been started; waits until it listens.
    pub(crate) async fn of(server: &mut Process) -> Self {
        let mut port = None;
        // Its word names BASE_URL, so the port is looked up.
        server.says("serving http://").await;
        for line in std::fs::read_to_string("/proc/net/tcp")
            .unwrap()
            .lines()
            .skip(1)
        {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let inode = fields[9];
            if fields[3] == "0A" && holds(server.pid(), inode) {
                port = fields[1]
                    .split(':')
                    .nth(1)
                    .and_then(|hex| u16::from_str_radix(hex, 16).ok());
            }
        }
        // Without one reqwest stops, although nothing here speaks TLS; whoever comes second finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .build();
        Self {
            client: client.unwrap(),
            base: format!("http://127.0.0.1:{}", port.expect("it listens nowhere")),
        }
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// The status of a page; 0 when there is no answer.
    pub(crate) async fn get(&self, path: &str) -> u16 {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await;
        answer.map_or(0, |answer| answer.status().as_u16())
    }

    /// Signs up.
    pub(crate) async fn subscribe(&self, newsletter: &str, address: &str) -> u16 {
        let body = serde_json::json!({ "email": address, "newsletters": [newsletter] });
        let call = self.client.post(format!("{}/subscribe", self.base));
        self.status(
            call.header("content-type", "application/json")
                .body(body.to_string()),
        )
        .await
    }

    /// Presses the mail client's button (RFC 8058); returns when the whole answer is read.
    pub(crate) async fn unsubscribe(&self, token: &str) -> u16 {
        let call = self
            .client
            .post(format!("{}/unsubscribe/{token}", self.base));
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        self.status(call.body("List-Unsubscribe=One-Click")).await
    }

    async fn status(&self, call: reqwest::RequestBuilder) -> u16 {
        let Ok(answer) = call.send().await else {
            return 0;
        };
        let status = answer.status().as_u16();
        answer.bytes().await.map_or(0, |_| status)
    }
}

/// The links of all subscriptions: subscription and token.
pub(crate) fn tokens(database: &Database) -> Vec<(String, String)> {
    let keys = LinkKeys::new(&SecretString::from(SECRET), &[]);
    let link = |(id, nonce): (String, String)| {
        let (row, nonce): (Uuid, Uuid) = (id.parse().unwrap(), nonce.parse().unwrap());
        (id, keys.issue(Purpose::Unsubscribe, row, nonce))
    };
    database.nonces().into_iter().map(link).collect()
}

/// Whether a process has this socket open.
fn holds(pid: u32, inode: &str) -> bool {
    let files = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .flatten();
    let socket = format!("socket:[{inode}]");
    files
        .filter_map(|file| std::fs::read_link(file.path()).ok())
        .any(|link| link.to_string_lossy() == socket)
}
