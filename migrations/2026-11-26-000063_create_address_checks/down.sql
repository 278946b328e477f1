DROP TABLE address_checks;
