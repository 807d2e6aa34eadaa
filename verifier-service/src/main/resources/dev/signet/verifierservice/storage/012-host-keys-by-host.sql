-- For a revoked host the keys that it was enrolled with, and so the name that its TPM has now: looked
-- up for each revocation whenever a snapshot is made.
CREATE INDEX host_keys_by_host ON host_keys (host);
