DROP TABLE left_out_articles;
