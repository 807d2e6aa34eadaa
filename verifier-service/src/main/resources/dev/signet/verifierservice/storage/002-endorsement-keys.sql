-- Which EK public key a certificate is about: a TPM may have several certificates for one key.
CREATE TABLE tpm_keys (
  ek_hash TEXT PRIMARY KEY,
  key_hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX tpm_keys_by_key ON tpm_keys (key_hash);

-- Which EK public key was enrolled as which host. Kept when a revoked host is removed.
CREATE TABLE host_keys (
  key_hash TEXT NOT NULL,
  host TEXT NOT NULL,
  PRIMARY KEY (key_hash, host)
) STRICT, WITHOUT ROWID;
