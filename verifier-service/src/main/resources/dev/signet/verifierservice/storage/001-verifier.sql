-- Times are milliseconds since 1970. Digests and thumbprints are text, TPM structures blobs.

CREATE TABLE state (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO state VALUES ('epoch', 1);
INSERT INTO state VALUES ('number', 1);

-- Admitted hosts: one TPM is one host.
CREATE TABLE hosts (
  host TEXT PRIMARY KEY,
  ek_hash TEXT NOT NULL UNIQUE,
  admitted_at INTEGER NOT NULL,
  admitted_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Genuine TPMs that asked and were not admitted: one entry a TPM.
CREATE TABLE pending_hosts (
  ek_hash TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE join_tokens (
  token_hash TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  ek_hash TEXT,
  expires INTEGER NOT NULL,
  created_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Between the credential challenge and its activation.
CREATE TABLE enrolments (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  ek_hash TEXT NOT NULL,
  ak_name BLOB NOT NULL,
  ak_public BLOB NOT NULL,
  parent_public BLOB NOT NULL,
  secret_hash TEXT NOT NULL,
  nonce BLOB NOT NULL,
  admitted_by TEXT,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX enrolments_by_host ON enrolments (host);

-- Live attestation keys: one a host, one a TPM.
CREATE TABLE attestation_keys (
  ak_name BLOB PRIMARY KEY,
  host TEXT NOT NULL UNIQUE REFERENCES hosts (host),
  ek_hash TEXT NOT NULL UNIQUE,
  ak_public BLOB NOT NULL,
  parent_public BLOB NOT NULL,
  enrolled_at INTEGER NOT NULL,
  reset_count INTEGER NOT NULL,
  restart_count INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- With the counters last accepted when the nonce was given out: what answers it was quoted later.
CREATE TABLE challenges (
  nonce_hash TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  ak_name BLOB NOT NULL,
  agent TEXT NOT NULL,
  reset_count INTEGER NOT NULL,
  restart_count INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX challenges_by_key ON challenges (ak_name);
CREATE INDEX challenges_by_expiry ON challenges (expires);

CREATE TABLE registrations (
  agent TEXT PRIMARY KEY,
  document TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Apart from registrations, so that deleting and registering anew does not lower a floor.
CREATE TABLE floors (
  agent TEXT PRIMARY KEY,
  security_version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A request key belongs to one agent on one host, for ever.
CREATE TABLE agent_keys (
  thumbprint TEXT PRIMARY KEY,
  agent TEXT NOT NULL,
  host TEXT NOT NULL,
  first_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The newest accepted attestation of an agent on a host.
CREATE TABLE attested (
  agent TEXT NOT NULL,
  host TEXT NOT NULL,
  launch TEXT NOT NULL,
  last_seen INTEGER NOT NULL,
  token_expires INTEGER NOT NULL,
  PRIMARY KEY (agent, host)
) STRICT, WITHOUT ROWID;

CREATE TABLE revocations (
  scope TEXT NOT NULL,
  value TEXT NOT NULL,
  since INTEGER NOT NULL,
  reason TEXT NOT NULL,
  revoked_by TEXT NOT NULL,
  PRIMARY KEY (scope, value)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: an id is never given twice, so a gap or a step back shows.
CREATE TABLE decisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  decision TEXT NOT NULL UNIQUE,
  time INTEGER NOT NULL,
  act TEXT NOT NULL,
  actor TEXT NOT NULL,
  agent TEXT,
  host TEXT,
  launch TEXT,
  outcome TEXT NOT NULL,
  detail TEXT,
  last_seen INTEGER
) STRICT;
