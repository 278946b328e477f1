DROP TABLE edition_addresses;
