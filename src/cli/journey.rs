//! `tidings demo --journey`: the whole story, over HTTP and the mail catcher, with nobody's hands.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Response, StatusCode};

use super::failure::{Failure, chain};
use super::output;
use crate::app::{App, CapturedMail, Outbox};
use crate::clock::Clock;
use crate::http;
use crate::worker::{self, Loops};

/// The article that the story begins with.
pub(super) const ARTICLE: &str = "abzug-auslaendischer-truppen-aus-kasachstan-beginnt";
/// Who reads it.
const READER: &str = "leserin@beispiel.example";
/// How long a mail may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Walks the story and fails at the first step that differs.
pub(super) async fn walk(
    app: &App,
    listener: TcpListener,
    key: &str,
    mails: Option<&Path>,
) -> Result<(), Failure> {
    let server = http::server(app, listener)?;
    let handle = server.handle();
    let server = tokio::spawn(server);
    let workers = worker::start(
        app,
        Loops {
            scheduler: false,
            delivery: true,
            feeds: false,
        },
    );
    let result = Journey::new(app, key, mails)?.steps().await;
    workers.stop(Duration::from_secs(30)).await;
    handle.stop(true).await;
    drop(server.await);
    result
}

struct Journey<'a> {
    base: String,
    client: Client,
    outbox: Outbox,
    key: &'a str,
    mails: Option<&'a Path>,
    step: u32,
}

/// Fails unless `is_so`.
fn expect(is_so: bool, what: impl std::fmt::Display) -> Result<(), Failure> {
    if is_so {
        Ok(())
    } else {
        Err(Failure::Failed(format!("the journey ends here: {what}")))
    }
}

impl<'a> Journey<'a> {
    fn new(app: &App, key: &'a str, mails: Option<&'a Path>) -> Result<Self, Failure> {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build();
        let client = client.map_err(|cause| Failure::Failed(chain(&cause)))?;
        let outbox = app
            .outbox
            .clone()
            .ok_or_else(|| Failure::Failed("the mail catcher does not run".to_owned()))?;
        Ok(Self {
            base: app.site.base_url().to_owned(),
            client,
            outbox,
            key,
            mails,
            step: 0,
        })
    }

    async fn steps(mut self) -> Result<(), Failure> {
        self.open_article().await?;
        self.subscribe().await?;
        let confirmation = self.read_confirmation().await?;
        let confirm_url = self.look_at_link(&confirmation).await?;
        self.confirm(&confirm_url).await?;
        let recipients = self.run_digest().await?;
        let unsubscribe_url = self.read_digest(recipients).await?;
        self.unsubscribe(&unsubscribe_url).await?;
        self.run_again().await?;
        self.publish_and_run().await?;
        output::line("The journey is complete: every step went as it should.");
        Ok(())
    }

    fn done(&mut self, what: impl std::fmt::Display) {
        self.step += 1;
        output::line(format_args!("{:>2}. {what}", self.step));
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, Failure> {
        request
            .send()
            .await
            .map_err(|cause| Failure::Failed(chain(&cause)))
    }

    async fn get(&self, url: &str) -> Result<(StatusCode, String), Failure> {
        let response = self.send(self.client.get(url)).await?;
        Ok((response.status(), body(response).await?))
    }

    async fn form(&self, url: &str, fields: &[(&str, &str)]) -> Result<Response, Failure> {
        let encoded = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encoded);
        self.send(request).await
    }

    async fn api(
        &self,
        method: Method,
        path: &str,
        json: Option<&serde_json::Value>,
    ) -> Result<(StatusCode, serde_json::Value), Failure> {
        let url = format!("{}/api/v1{path}", self.base);
        let mut request = self
            .client
            .request(method, url)
            .header(AUTHORIZATION, format!("Bearer {}", self.key));
        if let Some(json) = json {
            request = request.json(json);
        }
        let response = self.send(request).await?;
        let status = response.status();
        let answer = response
            .json()
            .await
            .map_err(|cause| Failure::Failed(chain(&cause)))?;
        Ok((status, answer))
    }

    fn keep(&self, name: &str, mail: &CapturedMail) -> Result<(), Failure> {
        if let Some(folder) = self.mails {
            std::fs::create_dir_all(folder)?;
            std::fs::write(folder.join(format!("{name}.eml")), &mail.raw)?;
        }
        Ok(())
    }

    async fn mails_to(&self, address: &str, count: usize) -> Vec<Arc<CapturedMail>> {
        self.outbox.wait_for(address, count, PATIENCE).await
    }

    async fn open_article(&mut self) -> Result<(), Failure> {
        let url = format!("{}/articles/{ARTICLE}", self.base);
        let (status, page) = self.get(&url).await?;
        expect(
            status == StatusCode::OK,
            format_args!("the article answered {status}"),
        )?;
        for part in [
            "Abzug ausländischer Truppen",
            "„",
            "Foto: ENA",
            "data-newsletter-form",
            "name=\"newsletter\"",
        ] {
            expect(
                page.contains(part),
                format_args!("the article page lacks {part}"),
            )?;
        }
        self.done(format_args!(
            "opened the article {url}: headline, picture, and the box at its end"
        ));
        Ok(())
    }

    async fn subscribe(&mut self) -> Result<(), Failure> {
        let source = format!("{}/articles/{ARTICLE}?utm_source=test", self.base);
        let fields = [
            ("email", READER),
            ("newsletter", "europa-kompakt"),
            ("source", &source),
            ("language", "de"),
            ("website", ""),
        ];
        let response = self
            .form(&format!("{}/subscribe", self.base), &fields)
            .await?;
        expect(
            response.status() == StatusCode::SEE_OTHER,
            format_args!("the form answered {}", response.status()),
        )?;
        let target = response
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let (status, page) = self.get(&format!("{}{target}", self.base)).await?;
        expect(
            status == StatusCode::OK && page.contains("Sehen Sie in Ihr Postfach"),
            "no page says to check the inbox",
        )?;
        self.done(format_args!(
            "subscribed {READER}: the page says \"Sehen Sie in Ihr Postfach\""
        ));
        Ok(())
    }

    async fn read_confirmation(&mut self) -> Result<Arc<CapturedMail>, Failure> {
        let found = self.mails_to(READER, 1).await;
        let Some(mail) = found.first() else {
            return Err(Failure::Failed("no confirmation mail came".to_owned()));
        };
        expect(
            mail.subject() == "Bitte bestätigen: Europa kompakt",
            format_args!("the subject is {}", mail.subject()),
        )?;
        expect(
            mail.header("List-Unsubscribe").is_none(),
            "a confirmation must not offer to unsubscribe",
        )?;
        let text = mail.text().unwrap_or_default();
        expect(
            text.contains("Bestätigen Sie Ihre Anmeldung"),
            "the text part is not as written",
        )?;
        let html = mail.html().unwrap_or_default();
        let hidden = html.matches("tabindex=\"-1\"").count();
        let links = html.matches("href=").count().saturating_sub(hidden);
        expect(
            (links, hidden) == (1, 1),
            format_args!(
                "the mail has {links} links for people and {hidden} for machines instead of one each"
            ),
        )?;
        self.keep("confirmation", mail)?;
        self.done(format_args!(
            "read the confirmation mail \"{}\": one link to see, no advertising",
            mail.subject()
        ));
        Ok(Arc::clone(mail))
    }

    async fn look_at_link(&mut self, mail: &CapturedMail) -> Result<String, Failure> {
        let url = mail
            .links()
            .into_iter()
            .find(|link| link.contains("/confirm/"))
            .unwrap_or_default();
        for _ in 0..2 {
            let (status, page) = self.get(&url).await?;
            expect(
                status == StatusCode::OK,
                format_args!("the confirmation link answered {status}"),
            )?;
            expect(
                page.contains("Ja, ich möchte den Newsletter"),
                "the page has no button",
            )?;
        }
        let head = self.send(self.client.head(&url)).await?;
        expect(
            head.status() == StatusCode::OK,
            format_args!("HEAD answered {}", head.status()),
        )?;
        let status = self.subscription_status().await?;
        expect(
            status == "pending",
            format_args!("looking at the link made the subscription {status}"),
        )?;
        self.done(
            "opened the link twice and with HEAD, as a mail scanner does: nothing was confirmed",
        );
        Ok(url)
    }

    async fn subscription_status(&self) -> Result<String, Failure> {
        let (_, answer) = self
            .api(Method::GET, &format!("/subscribers?address={READER}"), None)
            .await?;
        let status = answer
            .pointer("/subscriptions/0/status")
            .and_then(|value| value.as_str());
        Ok(status.unwrap_or("missing").to_owned())
    }

    async fn confirm(&mut self, url: &str) -> Result<(), Failure> {
        let response = self.form(url, &[]).await?;
        let (status, page) = (response.status(), body(response).await?);
        expect(
            status == StatusCode::OK && page.contains("Sie sind angemeldet"),
            format_args!("confirming answered {status}"),
        )?;
        let response = self.form(url, &[]).await?;
        expect(
            response.status() == StatusCode::OK,
            "confirming twice must be fine",
        )?;
        let status = self.subscription_status().await?;
        expect(
            status == "active",
            format_args!("after confirming the subscription is {status}"),
        )?;
        self.done("pressed the button: \"Sie sind angemeldet\"; a second press is fine");
        Ok(())
    }

    async fn run_digest(&mut self) -> Result<u64, Failure> {
        let (status, edition) = self
            .api(Method::POST, "/newsletters/europa-kompakt/editions", None)
            .await?;
        expect(
            status == StatusCode::CREATED,
            format_args!("running the digest answered {status}: {edition}"),
        )?;
        let number = |name: &str| {
            edition
                .get(name)
                .and_then(serde_json::Value::as_u64)
                .unwrap_or(0)
        };
        let (articles, recipients) = (number("article_count"), number("recipient_count"));
        expect(
            articles > 3 && recipients > 100,
            format_args!("{articles} articles to {recipients} readers"),
        )?;
        self.done(format_args!(
            "ran the digest: {articles} articles to {recipients} readers"
        ));
        Ok(recipients)
    }

    async fn read_digest(&mut self, recipients: u64) -> Result<String, Failure> {
        let found = self.mails_to(READER, 2).await;
        let Some(mail) = found.first().filter(|_| found.len() == 2) else {
            return Err(Failure::Failed("the digest did not come".to_owned()));
        };
        let (text, html) = (
            mail.text().unwrap_or_default(),
            mail.html().unwrap_or_default(),
        );
        for part in ["Abzug ausländischer Truppen", READER] {
            expect(
                text.contains(part) && html.contains(part),
                format_args!("the digest lacks {part}"),
            )?;
        }
        expect(
            !html.contains('\u{E000}') && !text.contains('\u{E000}'),
            "a marker was not filled in",
        )?;
        let header = |name: &str| mail.header(name).unwrap_or_default();
        expect(
            header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click",
            format_args!(
                "List-Unsubscribe-Post is {}",
                header("List-Unsubscribe-Post")
            ),
        )?;
        expect(
            header("List-Id").contains("europa-kompakt."),
            format_args!("List-Id is {}", header("List-Id")),
        )?;
        let url = header("List-Unsubscribe")
            .trim_matches(['<', '>'])
            .to_owned();
        expect(
            text.contains(&url),
            "the unsubscribe link of header and footer differ",
        )?;
        self.keep("digest", mail)?;
        self.done(format_args!(
            "read the digest \"{}\" ({} KB), one of {recipients}: list headers and the reader's own link",
            mail.subject(),
            mail.raw.len() / 1024
        ));
        Ok(url)
    }

    async fn unsubscribe(&mut self, url: &str) -> Result<(), Failure> {
        let (status, _) = self.get(url).await?;
        expect(
            status == StatusCode::OK,
            format_args!("the unsubscribe page answered {status}"),
        )?;
        let status = self.subscription_status().await?;
        expect(
            status == "active",
            "looking at the unsubscribe page must not unsubscribe",
        )?;
        let response = self.form(url, &[("List-Unsubscribe", "One-Click")]).await?;
        let is_plain = response.headers().get(LOCATION).is_none()
            && response.headers().get(SET_COOKIE).is_none();
        expect(
            response.status() == StatusCode::OK && is_plain,
            format_args!("one click answered {}", response.status()),
        )?;
        let status = self.subscription_status().await?;
        expect(
            status == "unsubscribed",
            format_args!("after one click the subscription is {status}"),
        )?;
        self.done("unsubscribed with one click (RFC 8058): 200, no redirect, no cookie");
        Ok(())
    }

    async fn run_again(&mut self) -> Result<(), Failure> {
        let (status, edition) = self
            .api(Method::POST, "/newsletters/europa-kompakt/editions", None)
            .await?;
        let reason = edition
            .get("skip_reason")
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default();
        expect(
            status == StatusCode::CREATED && reason == "no_articles",
            format_args!("{status}: {edition}"),
        )?;
        self.done("ran the digest again: skipped, because there is nothing new");
        Ok(())
    }

    async fn publish_and_run(&mut self) -> Result<(), Failure> {
        let article = serde_json::json!({
            "url": format!("{}/articles/eilmeldung", self.base), "title": "Eilmeldung: „Es geht weiter“",
            "language": "de", "section": "Politik in Europa", "topics": ["politik"],
            "body_html": "<p>Eine kurze Meldung.</p>", "published_at": Clock::System.now(),
        });
        let (status, _) = self
            .api(Method::PUT, "/articles/eb-eil-1", Some(&article))
            .await?;
        expect(
            status == StatusCode::CREATED,
            format_args!("storing an article answered {status}"),
        )?;
        let (status, edition) = self
            .api(Method::POST, "/newsletters/europa-kompakt/editions", None)
            .await?;
        expect(
            status == StatusCode::CREATED,
            format_args!("{status}: {edition}"),
        )?;
        // Somebody else's copy shows that the edition went out.
        let others = self.mails_to("anna@beispiel.de", 2).await;
        expect(others.len() == 2, "the others did not get the edition")?;
        let ours = self.outbox.list(Some(READER), None, 10).len();
        expect(
            ours == 2,
            format_args!("the reader who left has {ours} mails instead of 2"),
        )?;
        self.done("published one more article and ran again: the others got it, the reader who left did not");
        Ok(())
    }
}

async fn body(response: Response) -> Result<String, Failure> {
    response
        .text()
        .await
        .map_err(|cause| Failure::Failed(chain(&cause)))
}
