-- What platform certificates say that were verified.
CREATE TABLE platforms (
  certificate_hash TEXT PRIMARY KEY,
  manufacturer TEXT NOT NULL,
  model TEXT NOT NULL,
  version TEXT NOT NULL,
  serial TEXT,
  not_after INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- With which one a host was enrolled.
CREATE TABLE host_platforms (
  host TEXT PRIMARY KEY,
  certificate_hash TEXT NOT NULL REFERENCES platforms (certificate_hash)
) STRICT, WITHOUT ROWID;

-- With which one it began.
ALTER TABLE enrolments ADD COLUMN platform TEXT;
