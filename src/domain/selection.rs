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

/// After this many articles with standfirst and picture the rest goes to "in brief", so that a long digest
/// stays far below the 102 KB at which Gmail cuts a mail off.
const FULL_ARTICLES: usize = 12;

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
    /// Arranges `articles`, which come newest first and fit the newsletter.
    ///
    /// The lead is the newest article with a picture, or else the newest. Beyond `max_articles` articles are left
    /// out, oldest first.
    ///
    /// # Errors
    /// The reason to skip when there are fewer than `min_articles`.
    pub fn arrange(
        mut articles: Vec<Article>,
        min_articles: usize,
        max_articles: usize,
    ) -> Result<Self, SkipReason> {
        if articles.is_empty() {
            return Err(SkipReason::NoArticles);
        }
        if articles.len() < min_articles {
            return Err(SkipReason::TooFewArticles);
        }
        let left_out = articles.split_off(articles.len().min(max_articles));
        let lead_at = articles
            .iter()
            .position(|article| article.image_url.is_some())
            .unwrap_or(0);
        let lead = articles.remove(lead_at);
        let brief = articles.split_off(articles.len().min(FULL_ARTICLES - 1));
        let mut sections: Vec<(String, Vec<Article>)> = Vec::new();
        for article in articles {
            match sections
                .iter_mut()
                .find(|(title, _)| *title == article.section)
            {
                Some((_, members)) => members.push(article),
                None => sections.push((article.section.clone(), vec![article])),
            }
        }
        Ok(Self {
            lead: Some(lead),
            sections,
            brief,
            left_out,
        })
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
    use crate::domain::article::{ArticleDraft, Image};
    use crate::domain::article_body::ArticleBody;
    use crate::domain::slug::Slug;

    fn article(number: usize, section: &str, with_image: bool) -> Article {
        let draft = ArticleDraft {
            external_id: format!("a-{number}").parse().unwrap(),
            slug: None,
            url: format!("https://europablatt.example/a/{number}"),
            language: "de".parse().unwrap(),
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
            published_at: "2026-01-05T05:00:00Z".parse().unwrap(),
        };
        let slug = Slug::from_title(&format!("meldung {number}"));
        Article::new("2026-01-05T05:00:00Z".parse().unwrap(), slug, &draft)
    }

    #[test]
    fn nothing_and_too_little_are_told_apart() {
        assert_eq!(
            Selection::arrange(Vec::new(), 1, 10),
            Err(SkipReason::NoArticles)
        );
        assert_eq!(
            Selection::arrange(vec![article(1, "Politik", false)], 2, 10),
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
        let selection = Selection::arrange(articles, 1, 10).unwrap();
        assert_eq!(selection.lead.as_ref().unwrap().external_id.as_str(), "a-2");
        let titles: Vec<_> = selection
            .sections
            .iter()
            .map(|(title, all)| (title.as_str(), all.len()))
            .collect();
        assert_eq!(titles, [("Politik", 2)]);
    }

    #[test]
    fn every_article_has_exactly_one_place() {
        for count in 1..=40 {
            for max in 1..=40 {
                let articles = (0..count)
                    .map(|number| article(number, "Politik", number % 3 == 0))
                    .collect();
                let selection = Selection::arrange(articles, 1, max).unwrap();
                assert_eq!(selection.placements().len(), count);
                assert_eq!(selection.shown().count(), count.min(max));
                assert_eq!(selection.left_out.len(), count.saturating_sub(max));
            }
        }
    }
}
