use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const PER_PAGE: usize = 3;

#[derive(Debug, Clone)]
struct Post {
    date: Timestamp,
    modified: Timestamp,
    is_visible: bool,
}

/// What happens on a site between two requests.
#[derive(Debug, Clone)]
enum Event {
    /// Posts with one date and time.
    Publish {
        count: usize,
    },
    /// A post becomes visible so many minutes after its date, without being changed.
    PublishScheduled {
        late_minutes: i64,
    },
    /// A draft is published with a date of long ago, which changes it.
    PublishBackdated,
    Edit {
        which: usize,
    },
    EditMany,
    Remove {
        which: usize,
    },
    Wait {
        seconds: i64,
    },
}

struct Site {
    now: Timestamp,
    posts: BTreeMap<usize, Post>,
    knows_modified_after: bool,
}

fn start() -> Timestamp {
    "2026-01-05T05:30:00Z".parse().unwrap()
}

fn feed() -> Url {
    format!("https://www.europablatt.example/wp-json/wp/v2/posts?_embed&per_page={PER_PAGE}&categories=5")
        .parse()
        .unwrap()
}

impl Site {
    /// A site with older posts than the feed.
    fn new() -> Self {
        let mut site = Self {
            now: start(),
            posts: BTreeMap::new(),
            knows_modified_after: true,
        };
        for number in 0..7 {
            let date = start() - SignedDuration::from_hours(24 * (400 - number));
            site.add(date, date);
        }
        site
    }

    fn add(&mut self, date: Timestamp, modified: Timestamp) {
        let post = Post {
            date,
            modified,
            is_visible: true,
        };
        self.posts.insert(self.posts.len(), post);
    }

    fn touch(&mut self, which: usize) {
        let (now, count) = (self.now, self.posts.len());
        self.posts.get_mut(&(which % count)).unwrap().modified = now;
    }

    fn happen(&mut self, event: &Event) {
        let now = self.now;
        match *event {
            Event::Publish { count } => (0..count).for_each(|_| self.add(now, now)),
            Event::PublishScheduled { late_minutes } => {
                let date = now - SignedDuration::from_mins(late_minutes);
                self.add(date, date - SignedDuration::from_hours(50));
            }
            Event::PublishBackdated => {
                let date = (now - SignedDuration::from_hours(24 * 9)).max(start());
                self.add(date, now);
            }
            Event::Edit { which } => self.touch(which),
            Event::EditMany => (0..self.posts.len()).for_each(|which| self.touch(which)),
            Event::Remove { which } => {
                let count = self.posts.len();
                self.posts.get_mut(&(which % count)).unwrap().is_visible = false;
            }
            Event::Wait { seconds } => self.now += SignedDuration::from_secs(seconds),
        }
    }

    /// What the REST API answers: ids with their posts, and the headers; `None` for 400, on pages beyond the end.
    fn answer(&self, url: &Url) -> Option<(Vec<(usize, Post)>, Seen)> {
        let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!((&*query["_embed"], &*query["categories"]), ("", "5"));
        let time = |name: &str| query.get(name).map(|it| it.parse::<Timestamp>().unwrap());
        let by_change = query["orderby"] == "modified";
        let key = |post: &Post| if by_change { post.modified } else { post.date };
        let mut found: Vec<_> = self.posts.iter().collect();
        found.retain(|(_, post)| {
            post.is_visible
                && time("after").is_none_or(|after| post.date > after)
                && (!self.knows_modified_after
                    || time("modified_after").is_none_or(|after| post.modified > after))
        });
        found.sort_by_key(|(id, post)| (key(post), **id));
        if query["order"] == "desc" {
            found.reverse();
        }
        let total = found.len();
        let page: usize = query["page"].parse().unwrap();
        let from = (page - 1) * PER_PAGE;
        if from >= total && total > 0 {
            return None;
        }
        let shown: Vec<(usize, Post)> = found[from.min(total)..(from + PER_PAGE).min(total)]
            .iter()
            .map(|(id, post)| (**id, (*post).clone()))
            .collect();
        let keys: Vec<Timestamp> = shown.iter().map(|(_, post)| key(post)).collect();
        let seen = Seen {
            oldest: keys.iter().min().copied(),
            newest: keys.iter().max().copied(),
            is_ascending: keys.is_sorted(),
            has_more: page * PER_PAGE < total,
            total: Some(u64::try_from(total).unwrap()),
        };
        Some((shown, seen))
    }
}

struct Reader {
    paging: Paging,
    /// The version of each post that was seen last.
    seen: BTreeMap<usize, Timestamp>,
    requests: usize,
}

impl Reader {
    fn new() -> Self {
        Self {
            paging: Paging::since(start()),
            seen: BTreeMap::new(),
            requests: 0,
        }
    }

    /// One request; returns whether the round is over.
    fn read(&mut self, site: &Site) -> bool {
        self.requests += 1;
        let Some((posts, seen)) = site.answer(&self.paging.address(&feed())) else {
            let step = self.paging.refused().unwrap();
            self.paging = step.paging;
            return step.is_round_over;
        };
        for (id, post) in posts {
            let version = self.seen.entry(id).or_insert(post.modified);
            *version = post.modified.max(*version);
        }
        // As it is stored and read again.
        let text = serde_json::to_string(&self.paging).unwrap();
        let paging: Paging = serde_json::from_str(&text).unwrap();
        let step = paging.advance(seen, start(), site.now);
        self.paging = step.paging;
        step.is_round_over
    }

    fn read_round(&mut self, site: &Site) {
        let before = self.requests;
        while !self.read(site) {
            assert!(self.requests - before < 500, "no end: {:?}", self.paging);
        }
    }

    fn lacks(&self, site: &Site) -> Vec<usize> {
        let is_lacking = |(id, post): &(&usize, &Post)| {
            post.is_visible && post.date >= start() && self.seen.get(*id) != Some(&post.modified)
        };
        site.posts
            .iter()
            .filter(is_lacking)
            .map(|(id, _)| *id)
            .collect()
    }
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (1usize..8).prop_map(|count| Event::Publish { count }),
        2 => (0i64..1200).prop_map(|late_minutes| Event::PublishScheduled { late_minutes }),
        1 => Just(Event::PublishBackdated),
        3 => any::<usize>().prop_map(|which| Event::Edit { which }),
        1 => Just(Event::EditMany),
        2 => any::<usize>().prop_map(|which| Event::Remove { which }),
        3 => (1i64..7200).prop_map(|seconds| Event::Wait { seconds }),
    ]
}

proptest! {
    /// Whatever happens between any two requests: after two quiet rounds every post is there, and each edit.
    #[test]
    fn nothing_is_lost(events in prop::collection::vec(prop::collection::vec(event(), 0..4), 1..40)) {
        let (mut site, mut reader) = (Site::new(), Reader::new());
        for happening in &events {
            // A server that is asked again and again at once would not see the day go by.
            site.happen(&Event::Wait { seconds: 1 });
            for event in happening { site.happen(event); }
            reader.read(&site);
        }
        reader.read_round(&site);
        reader.read_round(&site);
        prop_assert_eq!(reader.lacks(&site), Vec::<usize>::new());
    }
}

#[test]
fn one_post_less_and_one_more_hide_no_shift_of_the_others() {
    let (mut site, mut reader) = (Site::new(), Reader::new());
    for _ in 0..9 {
        site.happen(&Event::Wait { seconds: 86_400 });
        site.happen(&Event::Publish { count: 1 });
    }
    reader.read(&site);
    site.happen(&Event::Remove { which: 7 });
    site.happen(&Event::Wait { seconds: 86_400 });
    site.happen(&Event::Publish { count: 1 });
    // Without the help of the other stream.
    while reader.paging.turn == Turn::Published {
        reader.read(&site);
    }
    assert_eq!(reader.lacks(&site), Vec::<usize>::new());
}

#[test]
fn a_server_that_knows_no_changes_is_asked_for_the_newest_ones() {
    let (mut site, mut reader) = (Site::new(), Reader::new());
    site.knows_modified_after = false;
    site.happen(&Event::Publish { count: 10 });
    reader.read_round(&site);
    assert_eq!(reader.paging.changed, None);
    site.happen(&Event::Wait { seconds: 60 });
    site.happen(&Event::Edit { which: 9 });
    reader.read_round(&site);
    assert_eq!(reader.lacks(&site), Vec::<usize>::new());
}

#[test]
fn a_quiet_site_is_asked_twice_a_round() {
    let (mut site, mut reader) = (Site::new(), Reader::new());
    site.happen(&Event::Wait { seconds: 60 });
    reader.read_round(&site);
    assert_eq!((reader.requests, reader.seen.len()), (2, 0));
}

#[test]
fn a_server_that_ignores_the_question_is_asked_for_the_newest_posts() {
    let old = start() - SignedDuration::from_hours(24 * 300);
    let seen = Seen {
        oldest: Some(old),
        newest: Some(old),
        is_ascending: true,
        has_more: true,
        total: Some(9_000),
    };
    let first = Paging::since(start());
    let step = first.advance(seen, start(), start());
    assert_eq!(
        (step.paging.published.as_ref(), step.is_round_over),
        (None, false)
    );
    let url = step.paging.address(&feed());
    assert!(
        url.as_str().ends_with("&orderby=date&order=desc&page=1"),
        "{url}"
    );
    assert_eq!(
        step.paging.advance(seen, start(), start()).paging.turn,
        Turn::Changed
    );
    // Refused is like ignored; but without news there is nothing.
    assert_eq!(first.refused().unwrap(), step);
    assert_eq!(step.paging.refused(), None);
}

#[test]
fn addresses_of_posts_are_known_in_both_forms() {
    for (url, expected) in [
        ("https://a.example/wp-json/wp/v2/posts?_embed", true),
        ("https://a.example/blog/wp-json/wp/v2/posts/", true),
        ("https://a.example/wp-json/wp/v2/reports", true),
        ("https://a.example/?rest_route=/wp/v2/posts&_embed", true),
        ("https://a.example/wp-json/wp/v2/posts/12", false),
        ("https://a.example/feed/", false),
        ("https://a.example/wp/v2/", false),
    ] {
        assert_eq!(is_posts_address(&url.parse().unwrap()), expected, "{url}");
    }
}

#[test]
fn a_redirect_keeps_the_query_of_the_feed() {
    let feed: Url = "http://a.example/wp-json/wp/v2/posts?_embed"
        .parse()
        .unwrap();
    let to = Paging::since(start()).address(&feed);
    let to: Url = to
        .as_str()
        .replace("http://a", "https://www.a")
        .parse()
        .unwrap();
    assert_eq!(
        moved(&to, &feed).as_str(),
        "https://www.a.example/wp-json/wp/v2/posts?_embed"
    );
}
