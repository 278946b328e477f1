//! Which articles enter a digest, and where in it they stand.

use super::article::Article;
use super::edition::SkipReason;
use super::text_column::text_enum;

text_enum! {
    /// Where an article stands in an edition.
    pub enum Placement {
        /// At the top, with a large picture.
        Lead => "lead",
        /// Under its section's heading.
        Section => "section",
        /// As one line among the short items.
        Brief => "brief",
        /// In the window, but over the maximum: it is not sent and does not come back.
        LeftOut => "left_out",
    }
}

/// How the articles of an edition are arranged.
#[derive(Debug, Clone, Copy)]
pub struct Arrangement<'a> {
    /// Fewer than this make no edition.
    pub min: usize,
    /// More than this are left out.
    pub max: usize,
    /// So many have standfirst and picture, the lead among them; the rest is "in brief".
    pub full: usize,
    /// The sections that come first, upper and lower case alike.
    pub section_order: &'a [String],
}

/// The articles of one edition in the order in which they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// The top story.
    pub lead: Option<Article>,
    /// The others by section, sections in order of their newest article.
    pub sections: Vec<(String, Vec<Article>)>,
    /// Short items.
    pub brief: Vec<Article>,
    /// What did not fit.
    pub left_out: Vec<Article>,
}

impl Selection {
    /// Arranges `articles`, which fit the newsletter.
    ///
    /// Pinned articles come first, then the newest. The lead is a pinned article, or else the newest with a picture, or else
    /// the newest. Beyond the maximum the oldest are left out, but no pinned one before another.
    ///
    /// # Errors
    /// The reason to skip when there are fewer than the minimum.
    pub fn arrange(
        mut articles: Vec<Article>,
        arrangement: Arrangement<'_>,
    ) -> Result<Self, SkipReason> {
        if articles.is_empty() {
            return Err(SkipReason::NoArticles);
        }
        if articles.len() < arrangement.min {
            return Err(SkipReason::TooFewArticles);
        }
        articles.sort_by(|a, b| {
            let key = |article: &Article| (article.is_pinned, article.published_at, article.id);
            key(b).cmp(&key(a))
        });
        let left_out = articles.split_off(articles.len().min(arrangement.max));
        let is_lead = |article: &Article| article.is_pinned || article.image_url.is_some();
        let lead_at = articles.iter().position(is_lead).unwrap_or(0);
        let lead = articles.remove(lead_at);
        let full = arrangement.full.saturating_sub(1);
        let brief = articles.split_off(articles.len().min(full));
        let mut selection = Self {
            lead: Some(lead),
            brief,
            left_out,
            ..Self::default()
        };
        for article in articles {
            selection.add_to_section(article);
        }
        let rank = |title: &String| {
            let title = title.to_lowercase();
            let mut order = arrangement.section_order.iter();
            let place = order.position(|wanted| wanted.to_lowercase() == title);
            place.unwrap_or(usize::MAX)
        };
        // A stable sort: the sections that nobody put in order stay in that of their newest article.
        selection.sections.sort_by_key(|(title, _)| rank(title));
        Ok(selection)
    }

    fn add_to_section(&mut self, article: Article) {
        let mut sections = self.sections.iter_mut();
        match sections.find(|(title, _)| *title == article.section) {
            Some((_, members)) => members.push(article),
            None => self.sections.push((article.section.clone(), vec![article])),
        }
    }

    /// The articles of an edition where they stood, without what was taken out; without a lead, the first one leads.
    #[must_use]
    pub fn of_placements(articles: Vec<(Article, Placement)>) -> Self {
        let mut selection = Self::default();
        for (article, placement) in articles {
            match placement {
                Placement::Lead => selection.lead = Some(article),
                Placement::Section => selection.add_to_section(article),
                Placement::Brief => selection.brief.push(article),
                Placement::LeftOut => selection.left_out.push(article),
            }
        }
        selection.with_lead()
    }

    /// With the first story that is shown at the top, where nothing is.
    #[must_use]
    pub fn with_lead(mut self) -> Self {
        if self.lead.is_some() {
            return self;
        }
        if let Some((_, articles)) = self.sections.first_mut() {
            self.lead = Some(articles.remove(0));
            if articles.is_empty() {
                self.sections.remove(0);
            }
        } else if !self.brief.is_empty() {
            self.lead = Some(self.brief.remove(0));
        }
        self
    }

    /// Every shown article in the order of reading.
    pub fn shown(&self) -> impl Iterator<Item = &Article> {
        self.lead
            .iter()
            .chain(self.sections.iter().flat_map(|(_, articles)| articles))
            .chain(&self.brief)
    }

    /// Every article with its placement, in the order of reading, those left out at the end.
    #[must_use]
    pub fn placements(&self) -> Vec<(&Article, Placement)> {
        let sections = self.sections.iter().flat_map(|(_, articles)| articles);
        self.lead
            .iter()
            .map(|article| (article, Placement::Lead))
            .chain(sections.map(|article| (article, Placement::Section)))
            .chain(self.brief.iter().map(|article| (article, Placement::Brief)))
            .chain(
                self.left_out
                    .iter()
                    .map(|article| (article, Placement::LeftOut)),
            )
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    use crate::domain::article::{Arrival, ArticleDraft, Image, LanguageSource};
    use crate::domain::article_body::ArticleBody;
    use crate::domain::slug::Slug;

    const USUAL: Arrangement<'static> = Arrangement {
        min: 1,
        max: 10,
        full: 12,
        section_order: &[],
    };

    fn article(number: usize, section: &str, with_image: bool) -> Article {
        let draft = ArticleDraft {
            external_id: format!("a-{number}").parse().unwrap(),
            slug: None,
            url: format!("https://europablatt.example/a/{number}"),
            language: "de".parse().unwrap(),
            language_source: LanguageSource::Declared,
            section: section.to_owned(),
            topics: Vec::new(),
            title: format!("Meldung {number}").parse().unwrap(),
            standfirst: String::new(),
            authors: Vec::new(),
            image: with_image.then(|| Image {
                url: "https://europablatt.example/i.jpg".to_owned(),
                alt: String::new(),
                caption: String::new(),
                credit: String::new(),
            }),
            body: ArticleBody::sanitise("<p>Text</p>").unwrap(),
            // The first is the newest.
            published_at: NOW.parse::<Timestamp>().unwrap() - minutes(number),
            publish_at: None,
            expires_at: None,
            is_pinned: false,
        };
        let slug = Slug::from_title(&format!("meldung {number}"));
        let now = NOW.parse().unwrap();
        Article::new(Arrival { now, cut: now }, slug, &draft)
    }

    const NOW: &str = "2026-01-05T05:00:00Z";

    fn minutes(number: usize) -> jiff::SignedDuration {
        jiff::SignedDuration::from_mins(i64::try_from(number).unwrap())
    }

    fn ids<'a>(articles: impl IntoIterator<Item = &'a Article>) -> Vec<&'a str> {
        let articles = articles.into_iter();
        articles
            .map(|article| article.external_id.as_str())
            .collect()
    }

    #[test]
    fn nothing_and_too_little_are_told_apart() {
        assert_eq!(
            Selection::arrange(Vec::new(), USUAL),
            Err(SkipReason::NoArticles)
        );
        assert_eq!(
            Selection::arrange(
                vec![article(1, "Politik", false)],
                Arrangement { min: 2, ..USUAL }
            ),
            Err(SkipReason::TooFewArticles)
        );
    }

    #[test]
    fn the_newest_article_with_a_picture_leads() {
        let articles = vec![
            article(1, "Politik", false),
            article(2, "Kultur", true),
            article(3, "Politik", true),
        ];
        let selection = Selection::arrange(articles, USUAL).unwrap();
        assert_eq!(selection.lead.as_ref().unwrap().external_id.as_str(), "a-2");
        let titles: Vec<_> = selection
            .sections
            .iter()
            .map(|(title, all)| (title.as_str(), all.len()))
            .collect();
        assert_eq!(titles, [("Politik", 2)]);
    }

    #[test]
    fn a_pinned_article_leads_and_is_never_left_out_before_others() {
        let mut articles: Vec<Article> = (0..5)
            .map(|number| article(number, "Politik", true))
            .collect();
        articles[4].is_pinned = true;
        articles[4].image_url = None;
        let arrangement = Arrangement { max: 3, ..USUAL };
        let selection = Selection::arrange(articles, arrangement).unwrap();
        assert_eq!(ids(&selection.lead), ["a-4"]);
        assert_eq!(ids(selection.shown()), ["a-4", "a-0", "a-1"]);
        assert_eq!(ids(&selection.left_out), ["a-2", "a-3"]);
    }

    #[test]
    fn sections_stand_in_the_wanted_order_and_then_by_their_newest_article() {
        let sections = ["Lead", "Sport", "Kultur", "Sport", "politik", "Wetter"];
        let articles = sections.iter().enumerate();
        let articles = articles
            .map(|(number, section)| article(number, section, number == 0))
            .collect();
        let order = ["Politik".to_owned(), "Wetter".to_owned()];
        let arrangement = Arrangement {
            section_order: &order,
            ..USUAL
        };
        let selection = Selection::arrange(articles, arrangement).unwrap();
        let titles: Vec<&str> = selection
            .sections
            .iter()
            .map(|(title, _)| title.as_str())
            .collect();
        assert_eq!(titles, ["politik", "Wetter", "Sport", "Kultur"]);
        let arrangement = Arrangement {
            full: 3,
            ..arrangement
        };
        let articles = selection.shown().cloned().collect();
        let selection = Selection::arrange(articles, arrangement).unwrap();
        assert_eq!(ids(&selection.brief), ["a-3", "a-4", "a-5"]);
    }

    #[test]
    fn every_article_has_exactly_one_place() {
        for count in 1..=40 {
            for max in 1..=40 {
                let articles = (0..count)
                    .map(|number| article(number, "Politik", number % 3 == 0))
                    .collect();
                let arrangement = Arrangement { max, ..USUAL };
                let selection = Selection::arrange(articles, arrangement).unwrap();
                assert_eq!(selection.placements().len(), count);
                assert_eq!(selection.shown().count(), count.min(max));
                assert_eq!(selection.left_out.len(), count.saturating_sub(max));
            }
        }
    }
}
