-- How the language of an article is known: somebody said it, it was told from the text, or it is the newsroom's usual one. Until
-- now there was none but the first, and Ghost's posts, which get a language of their own with their next change. The default
-- stays: who writes rows by hand has said the language.
ALTER TABLE articles ADD COLUMN language_source text NOT NULL DEFAULT 'declared'
    CHECK (language_source IN ('declared', 'detected', 'default'));
UPDATE articles SET language_source = 'default' WHERE external_id LIKE 'ghost-%';
