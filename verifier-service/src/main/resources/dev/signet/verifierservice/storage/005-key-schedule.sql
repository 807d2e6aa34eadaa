-- From when each key is published and signs. A key is named by its thumbprint.
CREATE TABLE key_schedule (
  purpose TEXT NOT NULL,
  kid TEXT NOT NULL,
  published INTEGER NOT NULL,
  signs_from INTEGER NOT NULL,
  certificate BLOB,
  PRIMARY KEY (purpose, kid)
) STRICT, WITHOUT ROWID;

-- The sequence number of the SPIFFE bundle.
INSERT INTO state VALUES ('bundle', 0);
