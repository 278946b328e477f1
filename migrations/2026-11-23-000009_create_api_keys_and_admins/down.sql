DROP TABLE admins;
DROP TABLE api_keys;
