DROP TABLE signup_openings;
