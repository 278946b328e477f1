//! Deleting everything about a reader who asked the newsroom for it.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::email_address::EmailAddress;
use crate::domain::id::SubscriberId;
use crate::http::dto::{Fields, incomplete};
use crate::http::problem::Problem;
use crate::usecases::preferences::{self, NewsroomError};

/// That this reader is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EraseBody {
    /// The reader's address once more: nothing is deleted when it is another's. It stands in the body, and so in no log of
    /// addresses that were called.
    #[schema(example = "ada@example.org")]
    confirm_address: String,
}

impl From<NewsroomError> for Problem {
    fn from(error: NewsroomError) -> Self {
        match error {
            NewsroomError::NotFound => {
                Self::not_found("unknown_subscriber", "there is no such subscriber")
            }
            error @ NewsroomError::OtherAddress => {
                Self::invalid_field("confirm_address", error.to_string())
            }
            NewsroomError::Store(cause) => Self::from_store(&cause),
        }
    }
}

/// Deletes everything about a reader, as the reader's own page of preferences does. What stays is a keyed hash of the address:
/// nobody but the reader brings it back. Doing it again changes nothing and is a success.
#[utoipa::path(post, path = "/subscribers/{id}/erase", tag = "subscribers", params(("id" = SubscriberId, Path)),
    request_body = EraseBody,
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn erase(
    app: Data<App>,
    id: Path<SubscriberId>,
    body: Json<EraseBody>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let address: Option<EmailAddress> = fields.parse("confirm_address", &body.confirm_address);
    fields.finish()?;
    let address = address.ok_or_else(incomplete)?;
    let (now, keys) = (app.clock.now(), app.keys.clone());
    app.db
        .transaction(move |conn| preferences::erase_for_newsroom(conn, now, &keys, *id, &address))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
