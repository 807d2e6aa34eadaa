-- What was last heard of an agent on a host. Times only: whether it is live is reckoned from them
-- whenever somebody asks, and stored nowhere.
CREATE TABLE agent_status (
  agent TEXT NOT NULL,
  host TEXT NOT NULL,
  -- Of the newest evidence, good or not, that the host's key signed.
  launch TEXT NOT NULL,
  last_seen INTEGER NOT NULL,
  -- Of the newest attestation that was accepted; null if none ever was.
  last_good INTEGER,
  good_launch TEXT,
  -- Since when attestations followed each other without a refusal, a pause or another launch.
  good_since INTEGER,
  -- When the next evidence is due, and when the identity ends.
  renew_by INTEGER,
  good_until INTEGER,
  -- What the accepted one was about: a request key's thumbprint, digests, an appraisal in JSON.
  request_key TEXT,
  measurements TEXT,
  appraisal TEXT,
  -- The first refusal since the last accepted one; null if there is none.
  failing_since INTEGER,
  -- The newest refusal, kept also after it went well again.
  refused_at INTEGER,
  reason TEXT,
  PRIMARY KEY (agent, host)
) STRICT, WITHOUT ROWID;

CREATE INDEX agent_status_by_host ON agent_status (host);

-- What earlier builds knew: the time of the newest accepted attestation, and its token's end.
INSERT INTO agent_status (agent, host, launch, last_seen, last_good, good_launch, good_since,
    renew_by, good_until)
  SELECT agent, host, launch, last_seen, last_seen, launch, last_seen,
    last_seen + (token_expires - last_seen) / 2, token_expires FROM attested;

ALTER TABLE decisions ADD COLUMN last_good INTEGER;
