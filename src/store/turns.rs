//! A desk's turn in one statement: accepted mails are settled and the next ones begun, with one round trip and one flush
//! of the disk. It is what a worker does nearly all the time; everything rarer takes the ways of
//! [`super::edition_deliveries`].
//!
//! The statement is a transaction of its own. Both halves see the ledger as it was before; that is right, because no row
//! is in both: one half takes rows that are `sending`, the other rows that wait.
//!
//! A row may be asked for under two claims at once, because what is given back after its claim was lost gets a claim of
//! its own and may be in another's range. It begins under one of them, and the answer says under which.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid};
use jiff::Timestamp;

use super::Error;
use super::edition_deliveries::code;
use crate::domain::id::{ClaimId, EditionId, SubscriptionId, WorkerId};
use crate::domain::smtp_reply::SmtpReply;

/// Rows of the ledger, each with the claim under which it is touched.
#[derive(Debug, Default)]
struct Rows {
    editions: Vec<uuid::Uuid>,
    claims: Vec<i64>,
    readers: Vec<uuid::Uuid>,
}

impl Rows {
    fn push(&mut self, edition: EditionId, claim: ClaimId, reader: SubscriptionId) {
        self.editions.push(edition.as_uuid());
        self.claims.push(claim.as_i64());
        self.readers.push(reader.as_uuid());
    }

    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, diesel::pg::Pg>) -> QueryResult<()> {
        out.push_bind_param::<Array<Uuid>, _>(&self.editions)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.claims)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Uuid>, _>(&self.readers)
    }
}

/// What a turn is about. Add rows in the order of edition and reader, in which everyone takes locks.
#[derive(Debug, Default)]
pub struct Turn {
    accepted: Rows,
    codes: Vec<i16>,
    texts: Vec<String>,
    begin: Rows,
}

impl Turn {
    /// A mail that was accepted.
    pub fn accepted(
        &mut self,
        edition: EditionId,
        claim: ClaimId,
        reader: SubscriptionId,
        reply: &SmtpReply,
    ) {
        self.accepted.push(edition, claim, reader);
        self.codes.push(code(reply).unwrap_or_default());
        self.texts.push(reply.text().to_owned());
    }

    /// How many accepted mails it settles.
    #[must_use]
    pub fn accepted_count(&self) -> usize {
        self.texts.len()
    }

    /// A mail that may begin, if it still waits and its edition may be sent.
    pub fn begin(&mut self, edition: EditionId, claim: ClaimId, reader: SubscriptionId) {
        self.begin.push(edition, claim, reader);
    }
}

/// What came of a turn.
#[derive(Debug)]
pub struct Turned {
    /// When it was, by the database's clock.
    pub at: Timestamp,
    /// How many accepted mails were still under way for their claim.
    pub settled: usize,
    /// What was begun, each under which claim.
    pub begun: Vec<(EditionId, ClaimId, SubscriptionId)>,
}

#[derive(Debug)]
struct Statement<'a> {
    now: Option<jiff_diesel::Timestamp>,
    owner: WorkerId,
    turn: &'a Turn,
}

impl QueryId for Statement<'_> {
    type QueryId = Statement<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Statement<'_> {
    type SqlType = (
        Timestamptz,
        BigInt,
        Nullable<Uuid>,
        Nullable<BigInt>,
        Nullable<Uuid>,
    );
}

impl RunQueryDsl<PgConnection> for Statement<'_> {}

impl QueryFragment<diesel::pg::Pg> for Statement<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, diesel::pg::Pg>) -> QueryResult<()> {
        out.push_sql("WITH t AS MATERIALIZED (SELECT coalesce(");
        out.push_bind_param::<Nullable<Timestamptz>, _>(&self.now)?;
        out.push_sql(
            ", clock_timestamp()) AS at), \
             settled AS (UPDATE edition_deliveries d SET status = 'sent', claim_id = NULL, settled_at = t.at, \
                                reply_code = nullif(v.code, 0), reply_text = v.text \
                           FROM t, unnest(",
        );
        self.turn.accepted.bind(&mut out)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SmallInt>, _>(&self.turn.codes)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.turn.texts)?;
        out.push_sql(
            ") AS v (edition, claim, reader, code, text) \
              WHERE d.edition_id = v.edition AND d.subscription_id = v.reader AND d.status = 'sending' \
                AND d.claim_id = v.claim RETURNING 1), \
             sendable AS MATERIALIZED (SELECT c.id, c.content_version FROM delivery_claims c JOIN editions e ON e.id = c.edition_id, t \
                           WHERE c.owner = ",
        );
        out.push_bind_param::<Uuid, _>(&self.owner)?;
        out.push_sql(
            " AND c.lost_at IS NULL AND c.lease_until > t.at AND e.status = 'delivering' \
                AND e.content_version = c.content_version AND NOT (SELECT is_paused FROM delivery_control) \
                FOR KEY SHARE OF c), \
             begun AS (UPDATE edition_deliveries d \
                          SET status = 'sending', claim_id = v.claim, attempt_count = d.attempt_count + 1, \
                              content_version = s.content_version \
                         FROM unnest(",
        );
        self.turn.begin.bind(&mut out)?;
        out.push_sql(
            ") AS v (edition, claim, reader) JOIN sendable s ON s.id = v.claim \
              WHERE d.edition_id = v.edition AND d.subscription_id = v.reader \
                AND (d.status = 'queued' OR d.status IN ('claimed', 'sending') AND d.claim_id = v.claim) \
             RETURNING d.edition_id, d.claim_id, d.subscription_id) \
             SELECT t.at, (SELECT count(*) FROM settled), b.edition_id, b.claim_id, b.subscription_id \
               FROM t LEFT JOIN begun b ON true",
        );
        Ok(())
    }
}

/// Takes a turn for `owner`. `now` is only given where the clock stands still; otherwise the database looks at its own.
///
/// # Errors
/// Database errors; what was begun may be asked for again, what was accepted may be settled again.
pub fn take(
    conn: &mut PgConnection,
    now: Option<Timestamp>,
    owner: WorkerId,
    turn: &Turn,
) -> Result<Turned, Error> {
    type Row = (
        jiff_diesel::Timestamp,
        i64,
        Option<EditionId>,
        Option<i64>,
        Option<SubscriptionId>,
    );
    let statement = Statement {
        now: now.map(jiff_diesel::ToDiesel::to_diesel),
        owner,
        turn,
    };
    let rows: Vec<Row> = statement.get_results(conn)?;
    let nothing = || Error::Corrupt("a turn gave no row".into());
    let (at, settled, ..) = rows.first().copied().ok_or_else(nothing)?;
    let begun = rows
        .into_iter()
        .filter_map(|(_, _, edition, claim, reader)| Some((edition?, claim?.into(), reader?)));
    Ok(Turned {
        at: at.to_jiff(),
        settled: usize::try_from(settled).unwrap_or(0),
        begun: begun.collect(),
    })
}
