//! Webhooks of Ghost: a post that is published there is an article here at once.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt as _;
use secrecy::ExposeSecret as _;

use crate::app::App;
use crate::domain::article::ArticleStatus;
use crate::domain::webhook::check_ghost;
use crate::feed::{self, Defaults, GhostEvent};
use crate::http::problem::Problem;
use crate::usecases::articles;

/// Takes an event of a post. Without `webhooks.ghost_secret` there is nothing at this address.
pub(crate) async fn receive(
    app: Data<App>,
    request: HttpRequest,
    mut payload: Payload,
) -> Result<HttpResponse, Problem> {
    let settings = &app.config.webhooks;
    if settings.ghost_secret.expose_secret().is_empty() {
        return Err(Problem::not_found(
            "unknown_path",
            "there is nothing at this address; set webhooks.ghost_secret to take posts of Ghost",
        ));
    }
    let body = read(&mut payload, app.config.server.max_article_bytes).await?;
    let header = request.headers().get("x-ghost-signature");
    let header = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let now = app.db.now().await.map_err(articles::Error::from)?;
    check_ghost(settings.ghost_secret.expose_secret(), header, &body, now).map_err(|cause| {
        Problem::new(StatusCode::FORBIDDEN, "wrong_signature", cause.to_string())
    })?;
    let event = feed::parse_ghost(&body).map_err(|cause| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_fields",
            cause.to_string(),
        )
    })?;
    match event {
        GhostEvent::Published { item, is_news } => {
            let defaults = Defaults {
                section: String::new(),
                topics: Vec::new(),
                language: None,
                document_language: None,
                usual_language: Some(settings.ghost_language.clone()),
            };
            let draft = feed::draft(&item, &defaults, &item.identity)
                .map_err(|cause| Problem::invalid_field("post", cause.to_string()))?;
            let work = move |conn: &mut _| {
                articles::put(conn, now, &draft)?;
                if is_news {
                    let id = draft.external_id.as_str();
                    articles::set_status(conn, now, id, ArticleStatus::Visible)?;
                }
                Ok::<_, articles::Error>(())
            };
            app.db.transaction(work).await?;
        }
        GhostEvent::Withdrawn(id) => {
            let hide =
                move |conn: &mut _| articles::set_status(conn, now, &id, ArticleStatus::Hidden);
            match app.db.transaction(hide).await {
                // A draft that was deleted before it was ever published.
                Ok(_) | Err(articles::Error::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(HttpResponse::NoContent().finish())
}

pub(super) async fn read(payload: &mut Payload, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "unreadable_body",
                "the body broke off",
            )
        })?;
        if body.len() + chunk.len() > limit {
            let detail = format!("the body may have at most {limit} bytes");
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                detail,
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
