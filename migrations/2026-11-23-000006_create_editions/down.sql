DROP TABLE edition_articles;
DROP TABLE editions;
