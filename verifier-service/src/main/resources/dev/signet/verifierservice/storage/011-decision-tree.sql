-- The tiles of the Merkle tree over the decisions (RFC 6962, C2SP tlog-tiles): level 0 has a hash for
-- each decision, in the order of their ids, also for those that were removed since; each level above
-- has one for 256 of those below.
CREATE TABLE decision_tree (
  level INTEGER NOT NULL,
  number INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

-- The id of the first decision in the tree: what earlier builds removed is not in it.
INSERT INTO state VALUES ('decision-tree-first', (SELECT coalesce(
    (SELECT min(id) FROM decisions),
    (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'decisions'),
    1)));
