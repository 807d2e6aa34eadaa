-- The firmware's event log of the boot that an attestation key was last accepted in. It led to
-- quoted PCRs when it was kept, and is replayed and judged again at every attestation.
CREATE TABLE firmware_logs (
  ak_name BLOB PRIMARY KEY,
  reset_count INTEGER NOT NULL,
  restart_count INTEGER NOT NULL,
  log BLOB NOT NULL
) STRICT;
