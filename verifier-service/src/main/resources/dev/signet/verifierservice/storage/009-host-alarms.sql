-- Signs of a TPM in two places or under two names, until an operator clears them: one row a kind.
CREATE TABLE host_alarms (
  host TEXT NOT NULL,
  kind TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  times INTEGER NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (host, kind)
) STRICT, WITHOUT ROWID;

-- How far the newest accepted launch log of a key's boot went, and the register's value there.
CREATE TABLE boot_sequences (
  ak_name BLOB PRIMARY KEY,
  reset_count INTEGER NOT NULL,
  restart_count INTEGER NOT NULL,
  register TEXT NOT NULL,
  events INTEGER NOT NULL,
  value TEXT NOT NULL,
  clock INTEGER NOT NULL,
  -- The quoted firmwareVersion, 64 bits.
  firmware INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- From where a launch was attested last, and from where before that.
CREATE TABLE launch_places (
  agent TEXT NOT NULL,
  host TEXT NOT NULL,
  launch TEXT NOT NULL,
  address TEXT NOT NULL,
  before TEXT,
  before_at INTEGER,
  PRIMARY KEY (agent, host)
) STRICT, WITHOUT ROWID;

-- What the certificate says of the TPM; null where an earlier build saw it.
ALTER TABLE tpm_keys ADD COLUMN manufacturer TEXT;
