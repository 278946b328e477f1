//! `tidings editions simulate`: what would be sent, and why.

use jiff::Timestamp;

use super::failure::Failure;
use super::output;
use crate::app::App;
use crate::domain::email_address::EmailAddress;
use crate::domain::slug::Slug;
use crate::usecases::digest::{Context, simulate};
use crate::usecases::subscribers;

/// Shows it; `text` adds the text of the mail, `as_json` shows all as one document.
pub(super) async fn show(
    app: &App,
    newsletter: Slug,
    at: Option<Timestamp>,
    subscriber: Option<EmailAddress>,
    (with_text, as_json): (bool, bool),
) -> Result<(), Failure> {
    let subscriber = match subscriber {
        Some(address) => {
            let found = app
                .db
                .transaction(move |conn| subscribers::find_by_address(conn, &address));
            Some(found.await?.subscriber.id)
        }
        None => None,
    };
    let shared = app.clone();
    let simulated = app.db.transaction_now(move |conn, now| {
        let context = Context::new(&shared.config, &shared.templates, &shared.site);
        simulate::simulate(conn, &newsletter, at.unwrap_or(now), subscriber, &context)
    });
    let simulation = simulated.await?;
    if as_json {
        return output::json(&crate::http::simulation_document(simulation));
    }
    for one in &simulation.articles {
        let place = one
            .placement
            .map_or_else(|| "-".to_owned(), |placement| placement.to_string());
        output::line(format_args!(
            "{place} {} {}: {}",
            one.verdict, one.article.external_id, one.article.title
        ));
    }
    match simulation.mail {
        Ok(mail) => {
            output::line(format_args!("subject: {}", mail.subject));
            if with_text {
                output::line(mail.text);
            }
        }
        Err(reason) => output::line(format_args!("nothing would be sent: {reason}")),
    }
    Ok(())
}
