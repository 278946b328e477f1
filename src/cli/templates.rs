//! `tidings templates`: a publisher's own looks, without a database.

use std::path::PathBuf;

use clap::Subcommand;

use super::failure::Failure;
use super::{Global, output, settings};
use crate::usecases::appearance;

/// Verbs of `tidings templates`.
#[derive(Debug, Subcommand)]
pub(super) enum TemplatesCommand {
    /// Render every mail in every language with made-up content and check it; exit code 1 if something is wrong
    Check {
        /// A folder with files in place of built-in ones; else templates.dir of the settings
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Write every mail in every language with made-up content as a page to look at in a browser
    Preview {
        /// Where to; files of the same names are overwritten
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// A folder with files in place of built-in ones; else templates.dir of the settings
        #[arg(long, value_name = "DIR")]
        templates: Option<PathBuf>,
    },
    /// Write the built-in templates into a folder, to change some of them
    Export {
        /// An empty folder, or one that will be made
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

pub(super) fn run(global: &Global, command: TemplatesCommand) -> Result<(), Failure> {
    match command {
        TemplatesCommand::Check { folder } => {
            let config = settings::load(global, Vec::new())?.config;
            let folder = folder.or_else(|| config.templates.dir.clone());
            let mistakes = appearance::mistakes(&config.publisher, folder.as_deref());
            for mistake in &mistakes {
                output::line(mistake);
            }
            // A folder that cannot be read is among the mistakes.
            let warnings = folder.as_deref().map(appearance::warnings);
            for warning in warnings.and_then(Result::ok).unwrap_or_default() {
                output::note(format_args!("warning: {warning}"));
            }
            match mistakes.len() {
                0 => output::note("the templates are right"),
                count => {
                    return Err(Failure::Failed(format!(
                        "{count} mistakes in the templates"
                    )));
                }
            }
        }
        TemplatesCommand::Preview { folder, templates } => {
            let config = settings::load(global, Vec::new())?.config;
            let templates = templates.or_else(|| config.templates.dir.clone());
            let pages = appearance::previews(&config.publisher, templates.as_deref())
                .map_err(|cause| Failure::Failed(cause.told()))?;
            std::fs::create_dir_all(&folder)?;
            for (name, html) in &pages {
                std::fs::write(folder.join(format!("{name}.html")), html)?;
            }
            output::note(format_args!(
                "{} pages are in {}",
                pages.len(),
                folder.display()
            ));
        }
        TemplatesCommand::Export { folder } => {
            let count =
                appearance::export(&folder).map_err(|cause| Failure::Refused(cause.told()))?;
            let shown = folder.display();
            output::note(format_args!(
                "{count} templates are in {shown}; delete those that you do not change, so that they go on being updated"
            ));
        }
    }
    Ok(())
}
