//! The web server of a publisher: one answer at a time, and a memory of what it was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a site answers at a path.
#[derive(Clone)]
struct Page {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

/// What a site answers at a path and query: status, whole lines of headers, body. `None`: as without a script.
type Script = dyn FnMut(&str) -> Option<(u16, String, Vec<u8>)> + Send;

#[derive(Default)]
struct State {
    pages: BTreeMap<String, Page>,
    script: Option<Box<Script>>,
    without_head: BTreeSet<String>,
    silent: BTreeSet<String>,
    asked: Vec<String>,
    posted: Vec<String>,
}

/// A publisher's site on a free port of this machine.
pub(crate) struct Site {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Site {
    /// A site without pages.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&shared)));
            }
        });
        Self { port, state }
    }

    /// Host and port, as `fetch.allowed_private_hosts` wants them.
    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host())
    }

    /// Answers with this document from now on.
    pub(crate) fn serve(&self, path: &str, body: impl Into<Vec<u8>>) {
        self.answer(path, 200, "", body);
    }

    /// Answers like this from now on; `headers` are whole lines.
    pub(crate) fn answer(&self, path: &str, status: u16, headers: &str, body: impl Into<Vec<u8>>) {
        let page = Page {
            status,
            headers: headers.to_owned(),
            body: body.into(),
        };
        self.state
            .lock()
            .unwrap()
            .pages
            .insert(path.to_owned(), page);
    }

    /// Answers by a script from now on, which is given path and query of each request.
    pub(crate) fn script(
        &self,
        script: impl FnMut(&str) -> Option<(u16, String, Vec<u8>)> + Send + 'static,
    ) {
        self.state.lock().unwrap().script = Some(Box::new(script));
    }

    /// Answers 405 to HEAD at a path from now on.
    pub(crate) fn refuse_head(&self, path: &str) {
        let mut state = self.state.lock().unwrap();
        state.without_head.insert(path.to_owned());
    }

    /// Takes requests for a path from now on, and never answers.
    pub(crate) fn keep_silent(&self, path: &str) {
        self.state.lock().unwrap().silent.insert(path.to_owned());
    }

    /// The bodies of all POST requests so far.
    pub(crate) fn posted(&self) -> Vec<String> {
        self.state.lock().unwrap().posted.clone()
    }

    /// The heads of all requests so far, in lower case.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }
}

/// The octets of a body that the head announces.
fn announced(head: &str) -> usize {
    let head = head.to_lowercase();
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    line.map_or(0, |length| length.trim().parse().unwrap())
}

async fn answer(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut head = Vec::new();
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let end = head
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap()
        + 4;
    let mut body = head.split_off(end);
    let head = String::from_utf8_lossy(&head).into_owned();
    while body.len() < announced(&head) {
        if stream.read_buf(&mut body).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let is_head = head.starts_with("HEAD ");
    let is_silent = state.lock().unwrap().silent.contains(&path);
    let page = {
        let mut state = state.lock().unwrap();
        state.asked.push(head.to_lowercase());
        if head.starts_with("POST ") {
            state.posted.push(String::from_utf8(body).unwrap());
        }
        let scripted = state.script.as_mut().and_then(|script| script(&path));
        let scripted = scripted.map(|(status, headers, body)| Page {
            status,
            headers,
            body,
        });
        let refused = (is_head && state.without_head.contains(&path)).then(|| Page {
            status: 405,
            headers: "Allow: GET\r\n".to_owned(),
            body: Vec::new(),
        });
        let scripted = refused.or(scripted);
        scripted.or_else(|| state.pages.get(&path).cloned())
    };
    if is_silent {
        // Until the other side gives up.
        let _ = stream.read_u8().await;
        return;
    }
    let nothing = || Page {
        status: 404,
        headers: String::new(),
        body: Vec::new(),
    };
    write(stream, page.unwrap_or_else(nothing), is_head).await;
}

async fn write(mut stream: TcpStream, page: Page, is_head: bool) {
    let start = format!(
        "HTTP/1.1 {} X\r\nConnection: close\r\nContent-Length: {}\r\n{}\r\n",
        page.status,
        page.body.len(),
        page.headers
    );
    stream.write_all(start.as_bytes()).await.ok();
    if !is_head {
        stream.write_all(&page.body).await.ok();
    }
    stream.shutdown().await.ok();
}
