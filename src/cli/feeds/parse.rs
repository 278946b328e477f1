//! `tidings feeds parse` and `page`: what a document yields, without a database.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use url::Url;

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::feed::{self, Context, Document, FeedItem};

/// What to parse.
#[derive(Debug, Args)]
pub(in crate::cli) struct ParseArgs {
    /// The document; `-` reads the standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where it comes from, for relative links
    #[arg(long, value_name = "ADDRESS")]
    url: Option<Url>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Reads a file, but never more than is parsed.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let limit = u64::try_from(feed::MAX_BYTES + 1).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        let file = std::fs::File::open(path);
        file.and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) => Ok(bytes),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Err(Failure::NotFound(
            format!("there is no file {}", path.display()),
        )),
        Err(cause) => Err(Failure::Failed(format!(
            "cannot read {}: {cause}",
            path.display()
        ))),
    }
}

pub(super) fn run(args: &ParseArgs) -> Result<(), Failure> {
    let bytes = read_file(&args.file)?;
    let context = Context {
        base: args.url.as_ref(),
        charset: None,
    };
    let document = feed::parse(&bytes, context)
        .map_err(|cause| Failure::Failed(format!("{}: {cause}", args.file.display())))?;
    if args.json {
        return output::json(&document);
    }
    show(&document);
    Ok(())
}

/// Shows the article of a web page.
pub(super) fn page(args: &ParseArgs) -> Result<(), Failure> {
    let bytes = read_file(&args.file)?;
    let context = Context {
        base: args.url.as_ref(),
        charset: None,
    };
    let item = feed::parse_page(&bytes, context)
        .map_err(|cause| Failure::Failed(format!("{}: {cause}", args.file.display())))?;
    if args.json {
        return output::json(&item);
    }
    output::line(line(&item));
    if !item.summary.is_empty() {
        output::line(&item.summary);
    }
    Ok(())
}

/// A document as a table for people; notices go to stderr.
pub(super) fn show(document: &Document) {
    for notice in &document.notices {
        output::note(format_args!("notice: {notice}"));
    }
    let language = document.language.as_deref().unwrap_or("no language");
    output::line(format_args!(
        "{}  ({language}, {} items)",
        document.title,
        document.items.len()
    ));
    for item in &document.items {
        output::line(line(item));
    }
}

/// One item on one line: date, title, what it has, and its address.
fn line(item: &FeedItem) -> String {
    let date = item
        .dated_at()
        .map_or_else(|| "undated             ".to_owned(), |at| at.to_string());
    let mut parts = Vec::new();
    if item.picture.is_some() {
        parts.push("picture".to_owned());
    }
    if !item.content_html.is_empty() {
        parts.push(format!("{} bytes of text", item.content_html.len()));
    }
    if !item.authors.is_empty() {
        parts.push(format!("by {}", item.authors.join(", ")));
    }
    if !item.categories.is_empty() {
        parts.push(format!("in {}", item.categories.join(", ")));
    }
    let link = item.link.as_deref().unwrap_or("no link");
    format!("{date}  {}  [{}]  {link}", item.title, parts.join("; "))
}
