//! From octets to text: marks of the byte order, declarations, and what to do when they lie.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Error;

/// Octets that are searched for an XML declaration.
const DECLARATION_BYTES: usize = 256;

/// First octets of files that people link to instead of a feed.
const OTHER_FILES: [(&[u8], &str); 7] = [
    (b"\x1F\x8B", "a gzip archive"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"ID3", "an MP3 file"),
];

/// The text of a document, and a notice when its encoding was not the one that it claims.
///
/// In order: a byte order mark, the XML declaration, `charset` from HTTP, UTF-8. RFC 7303 puts HTTP first, but servers
/// that send an old default for every file are far more common than documents with a wrong declaration.
///
/// # Errors
/// [`Error::NotText`] and [`Error::UnknownEncoding`].
pub(super) fn decode<'a>(
    bytes: &'a [u8],
    charset: Option<&str>,
) -> Result<(Cow<'a, str>, Option<String>), Error> {
    for (magic, found) in OTHER_FILES {
        if bytes.starts_with(magic) {
            return Err(Error::NotText { found });
        }
    }
    let encoding = encoding_of(bytes, charset)?;
    let (text, encoding, is_malformed) = encoding.decode(bytes);
    if is_malformed && encoding == UTF_8 {
        let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
        let notice = "the document is not valid UTF-8 as it claims; it was read as Windows-1252";
        return Ok((text, Some(notice.to_owned())));
    }
    let notice = is_malformed.then(|| {
        format!(
            "the document has characters that {} does not have; they are replaced",
            encoding.name()
        )
    });
    Ok((text, notice))
}

fn encoding_of(bytes: &[u8], charset: Option<&str>) -> Result<&'static Encoding, Error> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Ok(encoding);
    }
    if bytes.starts_with(b"<\0?\0") || bytes.starts_with(b"<\0r\0") || bytes.starts_with(b"<\0f\0")
    {
        return Ok(UTF_16LE);
    }
    if bytes.starts_with(b"\0<\0?") || bytes.starts_with(b"\0<\0r") || bytes.starts_with(b"\0<\0f")
    {
        return Ok(UTF_16BE);
    }
    if let Some(label) = declared(bytes) {
        return match Encoding::for_label(label.as_bytes()) {
            // Who could read the declaration as ASCII does not read UTF-16: editors leave the line in when they
            // convert a file.
            Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(UTF_8),
            Some(encoding) => Ok(encoding),
            None => Err(Error::UnknownEncoding { label }),
        };
    }
    let named = charset.and_then(|charset| Encoding::for_label(charset.trim().as_bytes()));
    Ok(named.unwrap_or(UTF_8))
}

/// The encoding of an XML declaration.
fn declared(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..DECLARATION_BYTES).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head);
    let declaration = head.trim_start().strip_prefix("<?xml")?;
    let (declaration, _) = declaration.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (label, _) = value.strip_prefix(quote)?.split_once(quote)?;
    Some(label.trim().to_owned()).filter(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(bytes: &[u8], charset: Option<&str>) -> (String, bool) {
        let (text, notice) = decode(bytes, charset).unwrap();
        (text.into_owned(), notice.is_some())
    }

    #[test]
    fn the_byte_order_mark_then_the_declaration_then_http_decide() {
        let declared = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE4</a>";
        assert!(text_of(declared, Some("utf-8")).0.ends_with("<a>ä</a>"));
        assert_eq!(
            text_of(b"<a>\xE4</a>", Some("iso-8859-15")),
            ("<a>ä</a>".to_owned(), false)
        );
        assert_eq!(text_of(b"\xEF\xBB\xBF<a>\xC3\xA4</a>", None).0, "<a>ä</a>");
        assert_eq!(text_of(b"\xFF\xFE<\0a\0/\0>\0", None).0, "<a/>");
        assert_eq!(text_of(b"\0<\0?\0x", None).0, "<?x");
        let koi8 = b"<?xml version=\"1.0\" encoding = \"koi8-r\" ?><a>\xD0</a>";
        assert!(text_of(koi8, None).0.ends_with("<a>п</a>"));
    }

    #[test]
    fn a_claim_that_is_not_true_is_noticed() {
        let lie = b"<?xml version=\"1.0\" encoding=\"utf-8\"?><a>Gr\xFC\xDFe</a>";
        let (text, is_noticed) = text_of(lie, None);
        assert!(text.ends_with("<a>Grüße</a>") && is_noticed);
        let converted = b"<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>\xC3\xA4</a>";
        assert!(text_of(converted, None).0.ends_with("<a>ä</a>"));
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert_eq!(
            decode(b"%PDF-1.7", None).unwrap_err(),
            Error::NotText {
                found: "a PDF file"
            }
        );
        let unknown = b"<?xml version='1.0' encoding='klingon'?>";
        assert!(
            decode(unknown, None)
                .unwrap_err()
                .to_string()
                .contains("\"klingon\"")
        );
    }
}
