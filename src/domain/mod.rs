//! Nouns and rules: types that can only hold what is valid, and decisions made from arguments alone.
//!
//! Nothing here reads a clock, a database, a socket or the environment.

pub mod brand;
pub mod change;
pub mod color;
pub mod fingerprint;
pub mod id;
pub mod text_column;

pub mod disposable;
pub mod email_address;
pub mod language;
pub mod language_detection;
pub mod leave_reason;
pub mod line;
pub mod mailbox;
pub mod slug;

pub mod clock_change;
pub mod look;
pub mod misfire;
pub mod missed_slot;
pub mod newsletter;
pub mod schedule;
pub mod schedule_words;
pub mod timing;

pub mod address_check;
pub mod article;
pub mod article_body;
pub mod choice;
pub mod erasure;
pub mod feed;
pub mod hub_subscription;
pub mod wordpress_paging;

pub mod consent;
pub mod consent_chain;
pub mod consent_seal;
pub mod consent_signature;
pub mod reader_link;
pub mod rhythm;
pub mod signup;
pub mod subscriber;
pub mod subscription;
pub mod suppression;

pub mod correction;
pub mod edition;
pub mod edition_address;
pub mod edition_order;
pub mod frozen_article;
pub mod selection;
pub mod subject_pattern;

pub mod approval;
pub mod deadline;
pub mod delivery;
pub mod edition_delivery;
pub mod edition_progress;
pub mod retry;
pub mod smtp_reply;

pub mod allowance;
pub mod api_key;
pub mod attack;
pub mod canary;
pub mod link_token;
pub mod network;
pub mod password;
pub mod proof;
pub mod site;
pub mod site_origin;
pub mod webhook;
