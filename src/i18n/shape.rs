//! What a message is made of, without its words: placeholders and choices.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey,
};
use fluent_syntax::parser;

use super::File;
use super::check::Mistake;

/// The categories of plurals (CLDR).
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// One message.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    /// Where it begins, from 1.
    pub(super) line: usize,
    /// The placeholders, in whatever variant they stand.
    pub(super) placeholders: BTreeSet<String>,
    /// Messages that it takes in.
    pub(super) references: BTreeSet<String>,
    /// For each placeholder that chooses by its plural: the categories that each choice has.
    pub(super) plurals: Vec<(String, BTreeSet<String>)>,
}

/// The messages of a file by key.
pub(super) fn read(file: &File) -> Result<BTreeMap<String, Shape>, Mistake> {
    let text = file.text.as_str();
    let resource = parser::parse(text).map_err(|(_, errors)| {
        let error = errors.into_iter().next();
        let line = error.as_ref().map_or(1, |it| line_at(text, it.pos.start));
        let reason = error.map_or_else(String::new, |it| it.kind.to_string());
        Mistake::at(file, line, format!("syntax error: {reason}"))
    })?;
    let mut found = BTreeMap::new();
    for entry in &resource.body {
        let Entry::Message(message) = entry else {
            continue;
        };
        let key = message.id.name;
        let line = line_at(
            text,
            key.as_ptr().addr().saturating_sub(text.as_ptr().addr()),
        );
        let Some(pattern) = &message.value else {
            return Err(Mistake::at(file, line, format!("{key} has no text")));
        };
        let mut shape = Shape {
            line,
            ..Shape::default()
        };
        shape.take(pattern);
        if found.insert(key.to_owned(), shape).is_some() {
            return Err(Mistake::at(file, line, format!("{key} is there twice")));
        }
    }
    Ok(found)
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.bytes().take(offset);
    before.filter(|byte| *byte == b'\n').count() + 1
}

impl Shape {
    fn take(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.take_expression(expression);
            }
        }
    }

    fn take_expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.take_inline(inline),
            Expression::Select { selector, variants } => {
                self.take_inline(selector);
                let keys: BTreeSet<String> = variants
                    .iter()
                    .filter_map(|variant| match &variant.key {
                        VariantKey::Identifier { name } => Some((*name).to_owned()),
                        VariantKey::NumberLiteral { .. } => None,
                    })
                    .collect();
                if let Some(name) = variable(selector)
                    && keys.len() > 1
                    && keys.iter().all(|key| CATEGORIES.contains(&key.as_str()))
                {
                    self.plurals.push((name.to_owned(), keys));
                }
                for variant in variants {
                    self.take(&variant.value);
                }
            }
        }
    }

    fn take_inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.placeholders.insert(id.name.to_owned());
            }
            InlineExpression::MessageReference { id, .. } => {
                self.references.insert(id.name.to_owned());
            }
            InlineExpression::FunctionReference { arguments, .. } => {
                arguments
                    .positional
                    .iter()
                    .for_each(|it| self.take_inline(it));
            }
            InlineExpression::Placeable { expression } => self.take_expression(expression),
            InlineExpression::StringLiteral { .. }
            | InlineExpression::NumberLiteral { .. }
            | InlineExpression::TermReference { .. } => {}
        }
    }
}

/// The placeholder that a choice goes by.
fn variable<'a>(selector: &InlineExpression<&'a str>) -> Option<&'a str> {
    match selector {
        InlineExpression::VariableReference { id } => Some(id.name),
        InlineExpression::FunctionReference { arguments, .. } => {
            arguments.positional.first().and_then(variable)
        }
        _ => None,
    }
}
