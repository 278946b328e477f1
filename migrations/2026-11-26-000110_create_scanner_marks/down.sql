DROP TABLE scanner_marks;
