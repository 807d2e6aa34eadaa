-- Policies for IMA's log, by the SHA-256 of the document as it was uploaded.
CREATE TABLE ima_policies (
  digest TEXT PRIMARY KEY,
  document BLOB NOT NULL,
  added_at INTEGER NOT NULL,
  added_by TEXT NOT NULL
) STRICT;

-- How far a host's log of one boot was read and found good under one policy. What was read is true
-- once a later quote is reached from here; until then it is the host's word.
CREATE TABLE ima_positions (
  ak_name BLOB NOT NULL,
  policy TEXT NOT NULL,
  reset_count INTEGER NOT NULL,
  restart_count INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (ak_name, policy)
) STRICT, WITHOUT ROWID;
