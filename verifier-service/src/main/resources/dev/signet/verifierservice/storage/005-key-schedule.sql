-- From when each key is published and signs. A key is named by its thumbprint.
CREATE TABLE key_schedule (
  purpose TEXT NOT NULL,
  kid TEXT NOT NULL,
  published INTEGER NOT NULL,
  signs_from INTEGER NOT NULL,
  certificate BLOB,
  PRIMARY KEY (purpose, kid)
) STRICT, WITHOUT ROWID;

-- The sequence number of the SPIFFE bundle, and a print of what it last held.
INSERT INTO state VALUES ('bundle', 0);
INSERT INTO state VALUES ('bundle-keys', 0);

-- Whether a TPM's certificate says that it is a simulator: 1 or 0; null where it was seen by a
-- program that did not record it.
ALTER TABLE tpm_keys ADD COLUMN simulator INTEGER;
