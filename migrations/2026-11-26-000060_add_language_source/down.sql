ALTER TABLE articles DROP COLUMN language_source;
