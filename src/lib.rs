//! **Tidings**: newsletters for newsrooms. The map of the house; `README.md` says how to use it.
//!
//! # The shape
//!
//! ```text
//!  article page     reader's mail client     editor, CMS, cron, operator        the mail server
//!       |                    |                        |                            ^    |
//!       v                    v                        v                            |    v
//!  +---------------- edges: async, the only code that waits ----------------------------------+
//!  |  http/public       http/admin            cli           worker/tick     worker/deliver    |
//!  +-------------------------------------------------------------------------------------------+
//!       |   each call: parse -> read the clock -> ONE use case -> ONE answer       |
//!       v                                                                          |
//!  +---------------- usecases: sync, one transaction each, take `now` -----------+ |
//!  |  signup confirmation unsubscribe articles newsletters digest delivery sending | |
//!  +-----------------------------------------------------------------------------+ |
//!       |                                   |                                      |
//!       v                                   v                                      v
//!  +-- store: the only SQL --+     +-- mail: typed e-mails -> bytes; Mailer: bytes -> SMTP --+
//!  +-------------------------+     +----------------------------------------------------------+
//!       |                                   |
//!       v                                   v
//!  +---------------- domain: types and rules; no I/O, no clock, no framework ----------------+
//!  +------------------------------------------------------------------------------------------+
//! ```
//!
//! 1. **Nouns in layers, verbs in use cases.** Every feature shares the nouns; the verbs do not call each other.
//! 2. **Sync core, async edge.** A use case is a plain function inside one transaction. It cannot wait, so no SMTP or
//!    HTTP call can ever sit inside a transaction.
//! 3. **The tables are the queue.** `editions` says what was composed, `deliveries` says what must be sent. No second
//!    job table can disagree with them.
//!
//! # Who may name whom
//!
//! A test (`tests/it/architecture.rs`) holds this table.
//!
//! | module | may name |
//! |---|---|
//! | [`clock`], [`schema`], [`embedded_postgres`], [`fault`] | nothing of ours |
//! | [`domain`] | `schema` (for derives) |
//! | [`feed`] | `domain` |
//! | [`fetch`] | `config` |
//! | [`config`], [`i18n`] | `domain` |
//! | [`templates`] | `config`, `domain`, `i18n` |
//! | [`store`] | `clock`, `config`, `domain`, `schema` |
//! | [`mail`] | `config`, `domain`, `fault`, `i18n`, `templates` |
//! | [`usecases`] | `config`, `domain`, `fault`, `feed`, `i18n`, `mail`, `store`, `templates` |
//! | [`app`] | `clock`, `config`, `domain`, `fetch`, `mail`, `store`, `templates` |
//! | [`http`] | `app`, `config`, `domain`, `feed`, `fetch`, `i18n`, `templates`, `usecases` |
//! | [`worker`] | `app`, `config`, `domain`, `fault`, `feed`, `fetch`, `mail` (outcomes), `usecases` |
//! | [`telemetry`] | `config` |
//! | [`cli`] | `app`, `clock`, `config`, `domain`, `embedded_postgres`, `feed`, `fetch`, `http`, `telemetry`, `usecases`, `worker` |
//!
//! # Where a line belongs
//!
//! Decided from its arguments alone: `domain`. Speaks SQL: `store`. Shapes a mail or talks SMTP: `mail`. Decides what
//! happens: `usecases`. Knows a status code or a form field: `http`. A loop, a signal: `worker`, `cli`. A number that
//! an operator may want to change: `config`. Needed by two layers: it sinks to the lower one.
//!
//! # Decisions
//!
//! - *Sync diesel on the blocking pool*: [`store`] says why.
//! - *No job table*: [`usecases::delivery`].
//! - *A sign-up is a row of its own* ([`domain::signup`]): one mail confirms several newsletters with one link, and the
//!   link needs a nonce and an expiry that outlive the mail.
//! - *GET never confirms, unsubscribes or approves*: [`usecases::confirmation`].
//! - *Tokens are HMACs over row and nonce*, not random texts in the database: [`domain::link_token`].
//! - *API keys are SHA-256, admin passwords argon2id*: [`domain::api_key`], [`domain::password`].
//! - *One catch-up edition after an outage*, unless the newsletter says otherwise, and a record of every slot that nobody
//!   served: [`usecases::digest`], [`domain::misfire`].
//! - *A schedule in words is a rhythm that cron can say too*, and is kept as cron: [`domain::schedule_words`].
//! - *An approval is of one content and one audience, by their hash*, taken once more when the edition is let go:
//!   [`usecases::approval`].
//! - *What a reader gets is decided by marks*, shared by all who have had the same ([`store::recipients`]), and not by the
//!   calendar: a million readers need one mark, and only those who were away one of their own.
//! - *Windows end at a cut that waits for writers* ([`store::cut`]), instead of a grace for those who are late.
//! - *A ledger for editions beside the table of single mails*: a million rows are written and changed twice, so they are
//!   narrow and no index changes with them; the reasons and figures stand in the migration `create_edition_deliveries`.
//! - *Chunks of an edition are claimed as ranges* ([`store::claims`]): the claim is one row elsewhere, so `claimed` stands
//!   in the ledger only for retries; a `queued` row in the range of a claim is being prepared.
//! - *One desk writes for a whole worker* ([`worker::deliver`]): its window bounds what a kill can double, for all
//!   connections together, and one flush of the disk serves them all.
//! - *The row of the ledger decides whether a reader who left gets a mail*, and a barrier at the start of an edition
//!   closes the one gap: [`usecases::delivery`].
//! - *Figures of a send are counted, never kept*: a counter can disagree with its rows.
//! - *Our own SMTP session*, not lettre's ([`mail::smtp_session`] says why), and an edition's message with holes
//!   ([`mail::prepared`]).
//! - *An edition is frozen with markers* that are filled in per reader: [`mail::splice`].
//! - *Words and templates are modules of their own* ([`i18n`], [`templates`]) below `mail` and `http`, which both speak to
//!   readers and must not name each other.
//! - *No memory or file mailer*: the built-in mail catcher ([`mail::smtp_server`]) is a real SMTP server, so demo, development
//!   and tests take the same way as production. It is our own state machine and not `mailin`: that crate refuses the
//!   empty sender of bounces and every parameter of MAIL but BODY.
//! - *Our own SMTP client* ([`mail::smtp_session`]) and not lettre's: that one has no deadline for a silent server, cannot
//!   tell "refused" from "perhaps delivered" and does not pipeline. lettre still builds the messages.
//! - *Settings are checked one by one* against the defaults, so that all mistakes are reported at once: [`config`].
//! - *Feeds are mapped by ourselves* on quick-xml, not by feed-rs: [`feed`] says why. It is pure, so that a document can be
//!   looked at without a server (`tidings feeds parse`), and it is below `usecases`, which store what it yields.
//! - *A hub that confirms does so by GET* ([`usecases::feeds`]): `WebSub` wants it so; it is the one GET that changes something, and
//!   only what the hub was asked for, at an address that nobody can guess.
//! - *One client fetches everything* and refuses addresses that are not public: [`fetch`].
//! - *The linter shares no parser with what writes our mails* ([`mail::lint`]): `mail-parser` and a browser's HTML parser, so
//!   that it does not share a mistake either.
//! - *The linter runs when an edition is frozen* ([`mail::freeze`]), and what it finds is for people: it holds nothing up.
//! - *A newsletter's look is a row of its own* ([`domain::look`]): choosing articles and sending never read it.
//! - *An edition that cannot be rendered or is too large is skipped*, with the reason in its `warnings` ([`mail::freeze`]): its
//!   slot is used up, its articles stay for the next one, and no tick tries in vain for ever.
//! - *An archived edition is the page that was frozen*, never rendered again for a made-up reader ([`usecases::archive`]).
//! - *A reader's own feed holds what the ledger says went to the reader*, not what would have gone ([`usecases::archive`]).
//! - *What an address answers is stored before an edition is made*, and composing only reads it ([`usecases::digest::addresses`]): no
//!   transaction is open while somebody is asked, and a simulation needs no network.
//! - *The box says nothing about an address*: [`usecases::signup`].
//! - *Sign-ups that wait at the same time share a transaction* (`http::gathering`, [`usecases::signup::request_all`]): a commit waits
//!   for the disk and a statement for its round trip, once for all of them. One that fails is taken out and tried alone.
//! - *Two links lead to a reader's preferences*: the one in a newsletter may have been forwarded, so it does less
//!   ([`usecases::preferences`]).
//! - *Whoever leaves keeps the mark of that moment*, as whoever pauses does: undo is a change of status, and the next edition
//!   begins where the last one ended. A new sign-up passes through `pending` and so begins anew ([`domain::subscription`]).
//! - *Looking writes two tables and no other*: whether a confirmation page was opened, and which machine gave itself away by
//!   the link that no person sees. Each is a table of its own, so that a test can hold all others still: [`usecases::canary`].
//! - *Of an erased reader stays an HMAC of the address* ([`domain::erasure`]), so that nobody but the reader brings it back.
//! - *Evidence of consent is a chain of keyed hashes per subscription* ([`domain::consent_seal`]): erasing a reader breaks no other
//!   chain, and no writer waits for another's.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod embedded_postgres;
pub mod fault;
pub mod feed;
pub mod fetch;
pub mod http;
pub mod i18n;
pub mod mail;
#[expect(missing_docs, reason = "generated; the migrations document the tables")]
pub mod schema;
pub mod store;
pub mod telemetry;
pub mod templates;
pub mod usecases;
pub mod worker;
