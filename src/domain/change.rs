//! What a patch says of a field that may be empty: nothing, "empty it", or a value.

use serde::{Deserialize, Deserializer};

/// A change of an optional field. In JSON an absent field keeps (with `#[serde(default)]`), `null` clears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It becomes empty.
    Clear,
    /// It becomes this.
    To(T),
}

impl<T> Change<T> {
    /// The field after the change.
    #[must_use]
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::To(value) => Some(value),
        }
    }

    /// The change to another type; a value that has none there keeps the field.
    #[must_use]
    pub fn and_then<U>(self, convert: impl FnOnce(T) -> Option<U>) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::To(value) => convert(value).map_or(Change::Keep, Change::To),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        Ok(value.map_or(Self::Clear, Self::To))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default)]
            field: Change<u8>,
        }
        for (json, expected, after) in [
            ("{}", Change::Keep, Some(7)),
            (r#"{"field": null}"#, Change::Clear, None),
            (r#"{"field": 1}"#, Change::To(1), Some(1)),
        ] {
            let body: Body = serde_json::from_str(json).unwrap();
            assert_eq!(body.field, expected);
            assert_eq!(body.field.apply(Some(7)), after);
        }
        assert_eq!(Change::To(1).and_then(|_| None::<u8>), Change::Keep);
    }
}
