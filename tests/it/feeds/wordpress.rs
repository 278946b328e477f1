//! Posts of `WordPress` over its REST API: many between two looks, and what editors do meanwhile.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use tidings::usecases::feeds::Counts;
use tidings::worker::feeds::fetch_due;
use url::Url;

use super::World;

const PATH: &str = "/wp-json/wp/v2/posts";

#[derive(Clone)]
struct Post {
    id: usize,
    title: String,
    date: Timestamp,
    modified: Timestamp,
}

/// What an editor does while pages are read.
type Editor = Box<dyn FnMut(&mut Vec<Post>, usize) + Send>;

/// A `WordPress` behind the site of a world.
struct WordPress {
    posts: Arc<Mutex<Vec<Post>>>,
}

impl WordPress {
    /// Answers requests; `editor` works after each, and is told its number from 1.
    fn start(world: &World, knows_modified_after: bool, mut editor: Editor) -> Self {
        let posts = Arc::new(Mutex::new(Vec::new()));
        let (shared, mut number) = (Arc::clone(&posts), 0);
        world.site.script(move |target| {
            if !target.starts_with(PATH) {
                return None;
            }
            let url = Url::parse(&format!("http://wp.example{target}")).unwrap();
            let mut posts = shared.lock().unwrap();
            let answer = answer(&url, &posts, knows_modified_after);
            number += 1;
            editor(&mut posts, number);
            Some(answer)
        });
        Self { posts }
    }

    fn publish(&self, count: usize, date: Timestamp, modified: Timestamp) {
        let mut posts = self.posts.lock().unwrap();
        for _ in 0..count {
            add(&mut posts, date, modified);
        }
    }
}

fn add(posts: &mut Vec<Post>, date: Timestamp, modified: Timestamp) {
    let id = posts.len() + 1;
    let title = format!("Post {id}");
    posts.push(Post {
        id,
        title,
        date,
        modified,
    });
}

fn answer(url: &Url, posts: &[Post], knows_modified_after: bool) -> (u16, String, Vec<u8>) {
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let time = |name: &str| query.get(name).map(|it| it.parse::<Timestamp>().unwrap());
    let by_change = query["orderby"] == "modified";
    let mut found: Vec<&Post> = posts
        .iter()
        .filter(|post| time("after").is_none_or(|after| post.date > after))
        .filter(|post| {
            let after = time("modified_after").filter(|_| knows_modified_after);
            after.is_none_or(|after| post.modified > after)
        })
        .collect();
    found.sort_by_key(|post| (if by_change { post.modified } else { post.date }, post.id));
    if query["order"] == "desc" {
        found.reverse();
    }
    let per_page: usize = query["per_page"].parse().unwrap();
    assert!((1..=100).contains(&per_page), "WordPress refuses more");
    let page: usize = query["page"].parse().unwrap();
    let pages = found.len().div_ceil(per_page);
    if page > pages && !found.is_empty() {
        return (
            400,
            String::new(),
            b"{\"code\":\"rest_post_invalid_page_number\"}".to_vec(),
        );
    }
    let mut headers = format!(
        "X-WP-Total: {}\r\nX-WP-TotalPages: {pages}\r\n",
        found.len()
    );
    if page < pages {
        write!(
            headers,
            "Link: <http://wp.example{PATH}?page={}>; rel=\"next\"\r\n",
            page + 1
        )
        .unwrap();
    }
    let gmt = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let shown: Vec<Value> = found
        .iter()
        .skip((page - 1) * per_page)
        .take(per_page)
        .map(|post| {
            json!({
                "id": post.id, "guid": { "rendered": format!("http://wp.example/?p={}", post.id) },
                "date_gmt": gmt(post.date), "modified_gmt": gmt(post.modified), "link": format!("http://wp.example/{}", post.id),
                "title": { "rendered": post.title }, "content": { "rendered": "<p>Text</p>" },
                "excerpt": { "rendered": "" },
            })
        })
        .collect();
    (200, headers, json!(shown).to_string().into_bytes())
}

fn idle() -> Editor {
    Box::new(|_, _| {})
}

/// A world whose feed was looked at once, before anything new.
async fn connected(knows_modified_after: bool, editor: Editor) -> (World, WordPress, Value) {
    let world = World::start().await;
    let site = WordPress::start(&world, knows_modified_after, editor);
    let old = world.app.now() - SignedDuration::from_hours(24 * 300);
    site.publish(150, old, old);
    let feed = world.add(PATH, &json!({})).await;
    assert_eq!(world.fetch().await[0].created, 0);
    world.app.advance(SignedDuration::from_mins(20));
    (world, site, feed)
}

fn created(created: usize) -> Counts {
    Counts {
        created,
        ..Counts::default()
    }
}

/// The numbers of the posts that are articles.
async fn stored(world: &World) -> Vec<usize> {
    let rows = world.app.rows("SELECT title FROM articles").await;
    let number = |row: &Value| {
        row["title"]
            .as_str()
            .unwrap()
            .trim_start_matches("Post ")
            .parse()
    };
    let mut numbers: Vec<usize> = rows.iter().map(|row| number(row).unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

#[tokio::test]
async fn two_hundred_and_fifty_posts_between_two_looks_are_all_there_once() {
    let (world, site, _) = connected(true, idle()).await;
    let start = world.app.now() - SignedDuration::from_mins(15);
    for number in 0..250 {
        let at = start + SignedDuration::from_secs(number * 2);
        site.publish(1, at, at);
    }
    let before = world.site.asked().len();
    assert_eq!(world.fetch().await, [created(250)]);
    assert_eq!(stored(&world).await, (151..=400).collect::<Vec<_>>());
    let asked = world.site.asked().len() - before;
    assert!(
        (6..=8).contains(&asked),
        "{asked}: three pages of each stream"
    );
    // The next look sees most of them again, as the same articles.
    world.app.advance(SignedDuration::from_mins(20));
    assert_eq!(world.fetch().await, [Counts::default()]);
    assert_eq!(stored(&world).await.len(), 250);
}

#[tokio::test]
async fn posts_of_one_second_on_many_pages_are_all_there() {
    let (world, site, _) = connected(true, idle()).await;
    let at = world.app.now() - SignedDuration::from_mins(5);
    site.publish(350, at, at);
    assert_eq!(world.fetch().await, [created(350)]);
}

#[tokio::test]
async fn what_editors_do_between_two_pages_loses_nothing() {
    // After the first page a post of it goes, so all others slide; a new one comes; and one of the first page is edited.
    let editor: Editor = Box::new(|posts, number| {
        if number == 3 {
            let newest = posts.iter().map(|post| post.date).max().unwrap();
            posts.retain(|post| post.id != 160);
            let at = newest + SignedDuration::from_secs(1);
            let id = 9_000;
            let title = format!("Post {id}");
            posts.push(Post {
                id,
                title,
                date: at,
                modified: at,
            });
            posts
                .iter_mut()
                .find(|post| post.id == 170)
                .unwrap()
                .modified = at;
        }
    });
    let (world, site, _) = connected(true, editor).await;
    let start = world.app.now() - SignedDuration::from_mins(15);
    for number in 0..250 {
        let at = start + SignedDuration::from_secs(number);
        site.publish(1, at, at);
    }
    world.fetch().await;
    let mut expected: Vec<usize> = (151..=400).collect();
    expected.push(9_000);
    assert_eq!(stored(&world).await, expected);
}

#[tokio::test]
async fn a_pass_has_an_end_and_the_next_one_goes_on() {
    let (world, site, feed) = connected(true, idle()).await;
    let start = world.app.now() - SignedDuration::from_mins(18);
    for number in 0..1100 {
        let at = start + SignedDuration::from_millis(number * 900);
        site.publish(1, at, at);
    }
    let before = world.site.asked().len();
    let first = world.fetch().await;
    assert_eq!(world.site.asked().len() - before, 10, "one pass");
    assert!(
        first[0].created < 1000,
        "{first:?}: pages overlap by a second"
    );
    // It is not due at once, but soon.
    assert!(fetch_due(&world.app.app).await.unwrap().is_empty());
    let next: Timestamp = world.feed(&feed["id"]).await["next_fetch_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(next.duration_since(world.app.now()) <= SignedDuration::from_mins(1));
    for _ in 0..4 {
        world.app.advance(SignedDuration::from_mins(1));
        fetch_due(&world.app.app).await.unwrap();
    }
    assert_eq!(stored(&world).await, (151..=1250).collect::<Vec<_>>());
}

#[tokio::test]
async fn scheduled_late_and_edited_posts_are_seen() {
    let (world, site, _) = connected(true, idle()).await;
    let now = world.app.now();
    site.publish(1, now, now);
    world.fetch().await;
    world.app.advance(SignedDuration::from_mins(20));
    // Scheduled for a time before the last look, and visible only now: it was last changed long before.
    let old = now - SignedDuration::from_hours(90);
    site.publish(1, now - SignedDuration::from_mins(10), old);
    // Published now, with a date of that morning.
    site.publish(1, now - SignedDuration::from_mins(15), world.app.now());
    assert_eq!(world.fetch().await, [created(2)]);
    world.app.advance(SignedDuration::from_hours(24 * 20));
    world.fetch().await;
    world.app.advance(SignedDuration::from_mins(20));
    {
        let mut posts = site.posts.lock().unwrap();
        let post = posts.iter_mut().find(|post| post.id == 151).unwrap();
        post.title = "Post 7151".to_owned();
        post.modified = world.app.now();
    }
    let updated = Counts {
        updated: 1,
        ..Counts::default()
    };
    assert_eq!(world.fetch().await, [updated]);
    assert_eq!(stored(&world).await, [152, 153, 7151]);
}

#[tokio::test]
async fn a_wordpress_that_knows_no_changes_is_read_too() {
    let (world, site, _) = connected(false, idle()).await;
    let now = world.app.now();
    for number in 0..250 {
        let at = now - SignedDuration::from_secs(300 - number);
        site.publish(1, at, at);
    }
    assert_eq!(world.fetch().await, [created(250)]);
    let asked = world.site.asked();
    let last = asked.last().unwrap();
    assert!(
        last.contains("orderby=modified&order=desc&page=1 ") && !last.contains("modified_after"),
        "{last}"
    );
}

#[tokio::test]
async fn a_failure_on_the_way_keeps_what_was_read() {
    let world = World::start().await;
    let posts = Arc::new(Mutex::new((Vec::<Post>::new(), false)));
    let shared = Arc::clone(&posts);
    world.site.script(move |target| {
        let url = Url::parse(&format!("http://wp.example{target}")).ok()?;
        let state = shared.lock().unwrap();
        let is_second = url
            .query_pairs()
            .any(|(name, value)| name == "after" && value != "2026-01-05T05:29:58Z");
        if state.1 && is_second {
            return Some((503, String::new(), Vec::new()));
        }
        Some(answer(&url, &state.0, true))
    });
    let feed = world.add(PATH, &json!({})).await;
    for number in 0..150 {
        let at = world.app.now() + SignedDuration::from_secs(number);
        add(&mut posts.lock().unwrap().0, at, at);
    }
    world.app.advance(SignedDuration::from_mins(20));
    posts.lock().unwrap().1 = true;
    let error = world.fetch_fails().await;
    assert!(error.contains("answered 503"), "{error}");
    assert_eq!(stored(&world).await.len(), 100);
    posts.lock().unwrap().1 = false;
    let path = format!("/feeds/{}/fetch", feed["id"].as_str().unwrap());
    world.app.api(Method::POST, &path).send().await.expect(202);
    assert_eq!(world.fetch().await, [created(50)]);
}

#[tokio::test]
async fn a_permanent_redirect_does_not_make_a_page_the_address() {
    let world = World::start().await;
    let host = world.site.host();
    world.site.script(move |target| {
        let url = Url::parse(&format!("http://wp.example{target}")).unwrap();
        if let Some(rest) = target.strip_prefix("/old") {
            return Some((
                301,
                format!("Location: http://{host}{rest}\r\n"),
                Vec::new(),
            ));
        }
        Some(answer(&url, &[], true))
    });
    world.add(&format!("/old{PATH}?_embed"), &json!({})).await;
    world.fetch().await;
    let rows = world.app.rows("SELECT url FROM feeds").await;
    assert_eq!(rows[0]["url"], world.site.url(&format!("{PATH}?_embed")));
}
