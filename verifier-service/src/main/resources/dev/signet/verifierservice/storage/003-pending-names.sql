-- The host that a pending TPM asked to be last; host is the first one.
ALTER TABLE pending_hosts ADD COLUMN newest_host TEXT NOT NULL DEFAULT '';

UPDATE pending_hosts SET newest_host = host;
