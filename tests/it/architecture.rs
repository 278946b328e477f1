//! Import rules.
