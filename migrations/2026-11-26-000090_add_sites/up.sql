-- Sites whose pages may hold the sign-up box of a newsletter, as origins like https://www.example.org. They may call it by
-- script, frame it, and be returned to. Whatever stands in the settings holds for every newsletter.
ALTER TABLE newsletters ADD COLUMN sites text[] NOT NULL DEFAULT '{}';

-- Which newsletters fit the page at an address: for boxes under articles.
CREATE INDEX articles_url_idx ON articles (url);
