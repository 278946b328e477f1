-- Where on the page the box stood, such as "article-end".
ALTER TABLE signups ADD COLUMN placement text NOT NULL DEFAULT '';
