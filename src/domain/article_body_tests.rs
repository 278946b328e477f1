//! What stays of an article, and what of an attack.

use proptest::prelude::*;

use super::*;

fn clean(html: &str) -> String {
    ArticleBody::sanitise(html).unwrap().as_html().to_owned()
}

#[test]
fn what_an_article_needs_stays() {
    let cases = [
        (
            "<p>Text with <em>stress</em>, <strong>more</strong>, <b>b</b> and <i>i</i>.</p>",
            None,
        ),
        (
            "<h2>Part</h2><h3>Section</h3><blockquote><p>Quote</p></blockquote><hr>",
            None,
        ),
        ("<ul><li>one</li></ul><ol><li>two<br>three</li></ol>", None),
        ("<p lang=\"ar\" dir=\"rtl\">نص</p>", None),
        (
            "<figure><img src=\"https://example.org/a.jpg\" alt=\"A &gt; B\" onerror=\"x()\"><figcaption>Cap</figcaption></figure>",
            Some(
                "<figure><img src=\"https://example.org/a.jpg\" alt=\"A &gt; B\"><figcaption>Cap</figcaption></figure>",
            ),
        ),
        (
            "<a href=\"https://example.org/?a=1&b=2\" target=_blank rel=opener>x</a>",
            Some("<a href=\"https://example.org/?a=1&amp;b=2\" rel=\"noopener noreferrer\">x</a>"),
        ),
        (
            "<a href=\"mailto:desk@example.org\">x</a>",
            Some("<a href=\"mailto:desk@example.org\" rel=\"noopener noreferrer\">x</a>"),
        ),
        (
            "<a href=\"/local\">x</a><a href=\"//example.org\">y</a>",
            Some("<a rel=\"noopener noreferrer\">x</a><a rel=\"noopener noreferrer\">y</a>"),
        ),
        ("<p>a</p><!-- note --><p>b", Some("<p>a</p><p>b</p>")),
        (
            "<h1>Top</h1><h4 dir=rtl>Low</h4><h6>Last</h6>",
            Some("<h2>Top</h2><h3 dir=\"rtl\">Low</h3><h3>Last</h3>"),
        ),
        (
            "<div>One</div><div>two</div><form><p>three</p></form>",
            Some("One two <p>three</p>"),
        ),
        ("<table><tr><td>a</td><td>b</td></tr></table>", Some("a b")),
        ("a\u{E000}b&#xE001;c\u{202E}d\u{0}e&#x7F;f", Some("abcdef")),
        ("", None),
    ];
    for (html, expected) in cases {
        assert_eq!(clean(html), expected.unwrap_or(html), "{html}");
    }
}

const ATTACKS: [&str; 46] = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"javascript:alert(1)\">",
    "<img src=data:image/svg+xml;base64,PHN2Zz4=>",
    "<img src='https://a.example/x' onload=alert(1) style=position:fixed>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=\"jAvAsCrIpT:alert(1)\">x</a>",
    "<a href=\" &#14; javascript:alert(1)\">x</a>",
    "<a href=\"java\nscript:alert(1)\">x</a>",
    "<a href=\"java&#x09;script:alert(1)\">x</a>",
    "<a href=\"&#106;avascript:alert(1)\">x</a>",
    "<a href=\"java\u{0}script:alert(1)\">x</a>",
    "<a href=\"java\u{E000}script:alert(1)\">x</a>",
    "<a href=vbscript:msgbox(1)>x</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
    "<a href=\"file:///etc/passwd\">x</a>",
    "<a href=\"blob:https://a.example/1\">x</a>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><input type=submit></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<p style=\"background:url(javascript:alert(1))\">x</p>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<base href=https://evil.example/>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\">",
    "<xmp><p title=\"</xmp><svg/onload=alert(1)>\">",
    "<img alt=\"`><script>alert(1)</script>\">",
    "<p title='\"><script>alert(1)</script>'>x</p>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<h1 onclick=alert(1)>x</h1><h4 \u{E000}onclick=alert(1) id=location name=cookie class=x>y</h4>",
];

/// Tags and attribute names in HTML that the sanitiser wrote, with the attributes' values.
fn markup(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = split_tag(after);
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut pairs = Vec::new();
        while let Some((key, value)) = attributes.split_once("=\"") {
            let (value, next) = value.split_once('"').unwrap();
            pairs.push((key.trim().to_owned(), value.to_owned()));
            attributes = next;
        }
        assert!(attributes.trim().is_empty(), "{html}");
        found.push((name.trim_start_matches('/').to_owned(), pairs));
        rest = after;
    }
    found
}

fn assert_harmless(html: &str) {
    let safe = |url: &str| {
        ["https:", "http:", "mailto:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
    };
    for (tag, attributes) in markup(html) {
        assert!(TAGS.contains(&tag.as_str()), "{tag} in {html}");
        for (key, value) in attributes {
            match key.as_str() {
                "href" | "src" => {
                    assert!(safe(&value.to_ascii_lowercase()), "{value} in {html}");
                }
                "alt" | "width" | "height" | "lang" | "dir" | "rel" => {}
                _ => panic!("{key} in {html}"),
            }
        }
    }
    assert_eq!(clean(html), html);
}

#[test]
fn attacks_leave_nothing_but_article_markup() {
    for attack in ATTACKS {
        assert_harmless(&clean(attack));
        for (before, after) in [
            ("<p>a", "b</p>"),
            ("<div><blockquote>", "</blockquote></div>"),
            ("<table><tr><td>", "</table>"),
            ("<h1 title=\"", "\">"),
            ("<svg><desc>", "</desc></svg>"),
        ] {
            assert_harmless(&clean(&format!("{before}{attack}{after}")));
        }
    }
}

#[test]
fn the_limit_is_one_mebibyte() {
    assert!(ArticleBody::sanitise(&"a".repeat(MAX_BYTES)).is_ok());
    let error = ArticleBodyError::TooLarge {
        bytes: MAX_BYTES + 1,
    };
    assert_eq!(
        ArticleBody::sanitise(&"a".repeat(MAX_BYTES + 1)),
        Err(error)
    );
    // Some characters grow when they are escaped.
    assert!(matches!(
        ArticleBody::sanitise(&"<".repeat(MAX_BYTES / 3)),
        Err(ArticleBodyError::TooLarge { .. })
    ));
}

#[test]
fn html_that_would_keep_the_parser_busy_is_refused() {
    for html in [
        "<div>",
        "<b>",
        "<ul><li>",
        "<p><x>",
        "<SPAN></i>",
        "<a href=x>",
        "<!--<div>-->",
    ] {
        let deep = ArticleBody::sanitise(&html.repeat(MAX_DEPTH + 1));
        assert_eq!(deep, Err(ArticleBodyError::TooDeep), "{html}");
    }
    for html in [
        "<p>x",
        "<br>",
        "<li>x",
        "<div>x</div>",
        "<a href=x>x</a>",
        "a < b && c ",
        "<3 ",
        "&",
    ] {
        assert!(ArticleBody::sanitise(&html.repeat(3000)).is_ok(), "{html}");
    }
    for html in ["&", "«", "&#38;"] {
        let many = ArticleBody::sanitise(&html.repeat(MAX_BYTES / 8));
        assert_eq!(many, Err(ArticleBodyError::TooManyEscapes), "{html}");
    }
    let nested = format!(
        "{}x{}",
        "<div>".repeat(MAX_DEPTH),
        "</div>".repeat(MAX_DEPTH)
    );
    assert_eq!(clean(&nested), "x");
}

#[test]
fn words_are_counted_as_readers_see_them() {
    let cases = [
        ("", 0),
        ("<p></p><hr>", 0),
        ("<p>one two</p><p>three</p>", 3),
        ("<p>one<br>two</p>", 2),
        ("<p>half<em>way</em> – there</p>", 2),
        ("<p>a&nbsp;b &amp; c</p>", 3),
        ("<ul><li>one</li><li>two</li></ul>", 2),
        ("<img src=\"https://a.example/x\" alt=\"a > b c\">word", 1),
        ("<p>新聞を読む</p>", 3),
        ("<p>don't well-known 3,5</p>", 3),
    ];
    for (html, words) in cases {
        assert_eq!(
            ArticleBody::sanitise(html).unwrap().word_count(),
            words,
            "{html}"
        );
    }
}

#[test]
fn reading_time_is_rounded_up() {
    for (words, minutes) in [(0, 1), (1, 1), (220, 1), (221, 2), (440, 2), (2200, 10)] {
        assert_eq!(
            ArticleBody::sanitise(&"word ".repeat(words))
                .unwrap()
                .reading_minutes(),
            minutes
        );
    }
}

#[test]
fn stored_html_is_cleaned_again_when_read() {
    let body: ArticleBody = serde_json::from_str(r#""<p>a<script>b</script></p>""#).unwrap();
    assert_eq!(serde_json::to_string(&body).unwrap(), r#""<p>a</p>""#);
    assert_eq!(format!("{body:?}"), "ArticleBody(8 bytes)");
}

fn fragment() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(ATTACKS.to_vec()).prop_map(str::to_owned),
        "</?(p|div|h1|h2|table|td|svg|math|style|b|a href=x|li|form|select|template|title|pre)( [a-z]{1,3}=\"?[<>\"' ]{0,2})?>",
        "[a-z <>\"'&;/=!-]{0,8}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_html_survives_as_anything_else(html in fragment()) {
        assert_harmless(&clean(&html));
    }
}

#[test]
fn relative_addresses_become_absolute_where_a_base_is_known() {
    let base = Url::parse("https://www.example.org/news/today.html").unwrap();
    let html =
        r#"<p><a href="../x">x</a> <a href="javascript:y">y</a> <img src="pic.jpg" alt="p"></p>"#;
    let body = ArticleBody::sanitise_at(html, &base).unwrap();
    assert!(
        body.as_html()
            .contains(r#"href="https://www.example.org/x""#),
        "{}",
        body.as_html()
    );
    assert!(
        body.as_html()
            .contains(r#"src="https://www.example.org/news/pic.jpg""#)
    );
    assert!(!body.as_html().contains("javascript"));
    assert!(
        !ArticleBody::sanitise(html)
            .unwrap()
            .as_html()
            .contains("href")
    );
}
