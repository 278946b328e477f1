//! Forms that were made for other systems: only their `action` has to change.
//!
//! Each dialect becomes a [`Submission`] and takes the same way as our own form, with the same checks. What a dialect has
//! beyond it, such as a name, is not kept: only the address is asked for here.

use actix_web::body::to_bytes;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::signup::take;
use super::submission::{Submission, is_form, is_json};
use crate::app::App;
use crate::domain::id::NewsletterId;
use crate::domain::newsletter::Newsletter;
use crate::http::problem::Problem;
use crate::usecases::newsletters;

/// How a form of another system names things.
struct Dialect {
    /// Its name in the path.
    name: &'static str,
    /// Fields with the address, the first that is there.
    address: &'static [&'static str],
    /// Fields with what is ordered; each may come more than once.
    lists: &'static [&'static str],
    /// Fields that people do not see; a name that ends in `*` stands for all that begin so.
    traps: &'static [&'static str],
}

const DIALECTS: &[Dialect] = &[
    Dialect {
        name: "mailchimp",
        address: &["EMAIL", "MERGE0"],
        lists: &["tags"],
        traps: &["b_*"],
    },
    Dialect {
        name: "buttondown",
        address: &["email"],
        lists: &["tag"],
        traps: &[],
    },
    Dialect {
        name: "kit",
        address: &["email_address", "email"],
        lists: &["tags[]"],
        traps: &[],
    },
    Dialect {
        name: "mailerlite",
        address: &["fields[email]", "email"],
        lists: &["groups[]"],
        traps: &["ml-submit-trap"],
    },
    Dialect {
        name: "newspack",
        // Its field `email` is the trap.
        address: &["npe"],
        lists: &["lists[]", "lists"],
        traps: &["email"],
    },
    LISTMONK,
];

const LISTMONK: Dialect = Dialect {
    name: "listmonk",
    address: &["email"],
    lists: &["l"],
    traps: &["nonce"],
};

/// Fields that mean the same in every dialect, because they are ours.
const OURS: &[&str] = &[
    "source",
    "language",
    "next",
    "elapsed",
    "altcha",
    "placement",
];

impl Dialect {
    fn of(name: &str) -> Option<&'static Self> {
        DIALECTS.iter().find(|dialect| dialect.name == name)
    }

    fn is_trap(&self, field: &str) -> bool {
        self.traps.iter().any(|trap| match trap.strip_suffix('*') {
            Some(start) => field.starts_with(start),
            None => field == *trap,
        })
    }

    /// A form in this dialect. What is ordered may also stand in the query as `newsletter`, where a form has no field for it.
    fn read(&self, query: &str, body: &[u8]) -> Submission {
        let mut submission = Submission::default();
        let mut rank = usize::MAX;
        for (name, value) in url::form_urlencoded::parse(body) {
            let name = name.as_ref();
            if self.is_trap(name) {
                submission.website.push_str(&value);
            } else if let Some(found) = self.address.iter().position(|field| *field == name) {
                if found < rank && !value.is_empty() {
                    rank = found;
                    submission.email = value.into_owned();
                }
            } else if self.lists.contains(&name) || name == "newsletter" {
                // One field may hold several.
                let several = value
                    .split(',')
                    .map(str::trim)
                    .filter(|one| !one.is_empty());
                submission.newsletters.extend(several.map(str::to_owned));
            } else if OURS.contains(&name) {
                submission.set(name, &value);
            }
        }
        if submission.newsletters.is_empty() {
            let wanted = url::form_urlencoded::parse(query.as_bytes());
            let wanted = wanted.filter(|(name, _)| name == "newsletter");
            submission
                .newsletters
                .extend(wanted.map(|(_, value)| value.into_owned()));
        }
        submission
    }
}

/// `/subscribe/{dialect}`: a form of another system; the answer is that of our own form.
pub(crate) async fn form(
    app: Data<App>,
    dialect: Path<String>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let dialect = Dialect::of(&dialect).ok_or_else(|| {
        let known: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.name).collect();
        let detail = format!(
            "forms of these systems are understood: {}",
            known.join(", ")
        );
        Problem::not_found("unknown_path", detail)
    })?;
    is_form(&request)?;
    let submission = dialect.read(request.query_string(), &body);
    submit(&app, &request, submission).await
}

/// `/subscription/form`, where listmonk has its form.
pub(crate) async fn listmonk_form(
    app: Data<App>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    is_form(&request)?;
    let submission = LISTMONK.read(request.query_string(), &body);
    submit(&app, &request, submission).await
}

async fn submit(
    app: &Data<App>,
    request: &HttpRequest,
    mut submission: Submission,
) -> Result<HttpResponse, Problem> {
    name_by_slug(app, &mut submission).await?;
    take(app, request, submission).await
}

/// Ids of newsletters, as [`lists`] gives them, become their slugs; slugs stay.
async fn name_by_slug(app: &App, submission: &mut Submission) -> Result<(), Problem> {
    let parse = |text: &String| text.parse::<NewsletterId>().ok();
    let ids: Vec<NewsletterId> = submission.newsletters.iter().filter_map(parse).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let found = app
        .db
        .transaction(move |conn| newsletters::find_all(conn, &ids))
        .await?;
    for name in &mut submission.newsletters {
        let of = |newsletter: &&Newsletter| newsletter.id.to_string() == *name;
        if let Some(newsletter) = found.iter().find(of) {
            *name = newsletter.slug.to_string();
        }
    }
    Ok(())
}

/// One newsletter as listmonk lists it.
#[derive(Debug, Serialize)]
struct List {
    uuid: NewsletterId,
    name: String,
}

/// `GET /api/public/lists`, as listmonk answers it: an array without an envelope.
pub(crate) async fn lists(app: Data<App>) -> Result<HttpResponse, Problem> {
    let active = app.db.transaction(newsletters::active).await?;
    let lists: Vec<List> = active
        .into_iter()
        .map(|newsletter| List {
            uuid: newsletter.id,
            name: newsletter.title.to_string(),
        })
        .collect();
    Ok(HttpResponse::Ok().json(lists))
}

/// What listmonk's clients send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Subscription {
    email: String,
    list_uuids: Vec<String>,
    altcha: String,
}

/// `POST /api/public/subscription`, with the answers of listmonk. Whether an address has to confirm would say whether it is known,
/// so it is always said.
pub(crate) async fn listmonk(
    app: Data<App>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let submission = if is_json(&request) {
        let Ok(read) = serde_json::from_slice::<Subscription>(&body) else {
            return Ok(refusal(
                StatusCode::BAD_REQUEST,
                "the body is no JSON of a subscription",
            ));
        };
        Submission {
            email: read.email,
            newsletters: read.list_uuids,
            altcha: read.altcha,
            ..Submission::default()
        }
    } else {
        LISTMONK.read(request.query_string(), &body)
    };
    let submission = Submission {
        wants_json: true,
        ..submission
    };
    match submit(&app, &request, submission).await {
        Ok(_) => Ok(HttpResponse::Ok().json(json!({ "data": { "has_optin": true } }))),
        Err(problem) => Ok(told(&problem)),
    }
}

/// listmonk's clients know 400 and a message; what asks them to wait or to prove something keeps its status.
fn told(problem: &Problem) -> HttpResponse {
    let status = match problem.status() {
        StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
        status => status,
    };
    refusal(status, &problem.detail)
}

fn refusal(status: StatusCode, message: &str) -> HttpResponse {
    HttpResponse::build(status).json(json!({ "message": message }))
}

/// What Ghost's forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MagicLink {
    email: String,
    newsletters: Vec<Value>,
    honeypot: String,
}

/// `POST /members/api/send-magic-link/`, where Ghost's forms go; 201 as there.
pub(crate) async fn ghost(
    app: Data<App>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let read: MagicLink = serde_json::from_slice(&body).map_err(|cause| {
        Problem::new(StatusCode::BAD_REQUEST, "invalid_json", cause.to_string())
    })?;
    let name = |newsletter: &Value| {
        let name = newsletter.as_str().or_else(|| newsletter["name"].as_str());
        name.map(str::to_owned)
    };
    let mut submission = Submission {
        email: read.email,
        newsletters: read.newsletters.iter().filter_map(name).collect(),
        website: read.honeypot,
        wants_json: true,
        ..Submission::default()
    };
    if submission.newsletters.is_empty() {
        let all = app.db.transaction(newsletters::active).await?;
        // Ghost's forms name none where there is one.
        let first = all.first().map(|newsletter| newsletter.slug.to_string());
        submission.newsletters.extend(first);
    }
    let answer = submit(&app, &request, submission).await?;
    // Read to its end, so that nothing of it waits.
    drop(to_bytes(answer.into_body()).await);
    Ok(HttpResponse::Created().json(json!({})))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(dialect: &str, query: &str, body: &str) -> (String, Vec<String>, String) {
        let submission = Dialect::of(dialect).unwrap().read(query, body.as_bytes());
        (submission.email, submission.newsletters, submission.website)
    }

    #[test]
    fn each_dialect_has_its_names() {
        let anna = || "anna@beispiel.example".to_owned();
        let morning = || vec!["morning".to_owned()];
        for (dialect, query, body) in [
            (
                "mailchimp",
                "u=1&newsletter=morning",
                "EMAIL=anna@beispiel.example&FNAME=Anna&b_1_2=",
            ),
            (
                "buttondown",
                "",
                "email=anna@beispiel.example&tag=morning&embed=1",
            ),
            (
                "kit",
                "newsletter=morning",
                "email_address=anna@beispiel.example&fields[first_name]=A",
            ),
            (
                "mailerlite",
                "newsletter=morning",
                "fields[email]=anna@beispiel.example",
            ),
            (
                "newspack",
                "",
                "npe=anna@beispiel.example&lists[]=morning&email=",
            ),
            (
                "listmonk",
                "",
                "email=anna@beispiel.example&l=morning&nonce=",
            ),
        ] {
            assert_eq!(
                read(dialect, query, body),
                (anna(), morning(), String::new()),
                "{dialect}"
            );
        }
        for (dialect, trap) in [
            ("mailchimp", "b_1_2"),
            ("newspack", "email"),
            ("listmonk", "nonce"),
        ] {
            let (_, _, website) = read(dialect, "", &format!("{trap}=x"));
            assert_eq!(website, "x", "{dialect}");
        }
        assert_eq!(read("buttondown", "", "tag=a,+b&tag=c").1, ["a", "b", "c"]);
    }
}
