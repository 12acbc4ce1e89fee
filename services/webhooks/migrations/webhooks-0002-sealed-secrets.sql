-- Secrets may be sealed now; the service does it, as it has the keys.
-- depends: webhooks-0001-deliveries

-- migrate: apply

COMMENT ON COLUMN endpoints.secret IS 'what deliveries are signed with: sealed by a key of the settings, or, as whsec_..., in the clear';
COMMENT ON COLUMN endpoints.old_secret IS 'the former one, kept in the same way';

-- migrate: rollback

COMMENT ON COLUMN endpoints.secret IS 'in the clear: each delivery is signed with it';
COMMENT ON COLUMN endpoints.old_secret IS NULL;
