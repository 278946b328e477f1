-- Up to where the posts of a WordPress have been read, for feeds that are its REST API: a pass over many pages goes on from here.
ALTER TABLE feeds ADD COLUMN paging jsonb;
