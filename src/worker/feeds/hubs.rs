//! Asks `WebSub` hubs to push, to go on pushing, and to stop; and finds out which hub a feed names.

use futures_util::future::join_all;
use url::Url;

use crate::app::App;
use crate::domain::hub_subscription::{HubOffer, HubSubscription, HubWish, WANTED_LEASE_SECONDS};
use crate::domain::link_token::Purpose;
use crate::feed::{Document, Link};
use crate::fetch;
use crate::usecases::feeds::{self, Error};

/// The longest address of a hub or a topic that is taken, in characters.
const MAX_ADDRESS: usize = 2_000;

/// Asks every hub that is to be asked now; returns how many.
pub(super) async fn ask_due(app: &App) -> Result<usize, Error> {
    let limit = app.config.feeds.parallel;
    let mut count = 0;
    loop {
        let due = app
            .db
            .transaction_now(move |conn, now| feeds::take_due_hubs(conn, now, limit))
            .await?;
        if due.is_empty() {
            return Ok(count);
        }
        count += due.len();
        let asked = join_all(due.iter().map(|row| ask(app, row))).await;
        asked.into_iter().collect::<Result<Vec<()>, Error>>()?;
    }
}

/// Asks one hub (section 5.1). What it answers says little: it counts that it asks back.
async fn ask(app: &App, row: &HubSubscription) -> Result<(), Error> {
    let token = app
        .keys
        .issue(Purpose::HubCallback, row.id.as_uuid(), row.nonce);
    let callback = format!("{}/webhooks/websub/{token}", app.site.base_url());
    let lease = WANTED_LEASE_SECONDS.to_string();
    let secrets = app
        .keys
        .secrets(Purpose::HubSecret, row.id.as_uuid(), row.nonce);
    let mut form = vec![
        ("hub.callback", callback.as_str()),
        ("hub.mode", row.wish.as_str()),
        ("hub.topic", row.topic.as_str()),
    ];
    if row.wish == HubWish::Subscribe {
        form.push(("hub.lease_seconds", &lease));
        form.extend(
            secrets
                .first()
                .map(|secret| ("hub.secret", secret.as_str())),
        );
    }
    let result = match Url::parse(&row.hub_url) {
        Ok(hub) => app.fetcher.post_form(&hub, &form).await,
        Err(cause) => Err(fetch::Error::Refused {
            url: row.hub_url.clone(),
            why: cause.to_string(),
        }),
    };
    if let Err(cause) = result {
        tracing::warn!(hub = %row.id, "a hub could not be asked");
        let (id, error) = (row.id, format!("the hub could not be asked: {cause}"));
        app.db
            .transaction(move |conn| feeds::note_hub_error(conn, id, &error))
            .await?;
    }
    Ok(())
}

/// The hub that an answer names: in its headers, else in the document (section 4). None where it could not call us.
pub(super) fn offer(
    app: &App,
    links: &[Link],
    document: &Document,
    fetched_from: &Url,
) -> Option<HubOffer> {
    let is_reachable = app.config.server.base_url.is_some();
    if !app.config.feeds.websub || !is_reachable {
        return None;
    }
    let named = |relation: &str| {
        let is_it = |link: &&Link| link.relations.iter().any(|one| one == relation);
        links.iter().find(is_it).map(|link| link.url.to_string())
    };
    let hub = named("hub").or_else(|| document.hub_url.clone())?;
    let topic = named("self")
        .or_else(|| document.self_url.clone())
        .unwrap_or_else(|| fetched_from.to_string());
    let is_allowed = |url: &Url| app.fetcher.check(url).is_ok();
    if !Url::parse(&hub).is_ok_and(|url| is_allowed(&url))
        || hub.len().max(topic.len()) > MAX_ADDRESS
    {
        return None;
    }
    Some(HubOffer {
        hub_url: hub,
        topic,
    })
}
