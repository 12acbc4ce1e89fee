-- What each role needs, one statement a block, each of which may run again and again. roles.py puts in, quoted: {role} as an
-- identifier, {role_text} and {password} as text, {database} as an identifier.

-- name: lock
-- Two that do this at once would trip over each other in the catalogue.
SELECT pg_advisory_xact_lock(hashtext('daybook roles'));

-- name: role
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {role_text}) THEN
        CREATE ROLE {role};
    END IF;
END
$$;

-- name: login
ALTER ROLE {role} WITH LOGIN PASSWORD {password};

-- name: connect
GRANT CONNECT ON DATABASE {database} TO {role};

-- name: schema
-- The administrator's, who migrates it; the service reads and writes what it holds.
CREATE SCHEMA IF NOT EXISTS {role};

-- name: use
GRANT USAGE ON SCHEMA {role} TO {role};

-- name: path
ALTER ROLE {role} IN DATABASE {database} SET search_path = {role};

-- name: look
-- The reader sees what the timeline holds, now and later, and writes nothing.
GRANT USAGE ON SCHEMA timeline TO reader;

-- name: look_now
GRANT SELECT ON ALL TABLES IN SCHEMA timeline TO reader;

-- name: look_later
ALTER DEFAULT PRIVILEGES IN SCHEMA timeline GRANT SELECT ON TABLES TO reader;

-- name: look_only
ALTER ROLE reader IN DATABASE {database} SET default_transaction_read_only = on;

-- name: look_briefly
-- Whoever asks, and however: no question keeps the server busy for longer.
ALTER ROLE reader IN DATABASE {database} SET statement_timeout = '5s';

-- name: look_path
ALTER ROLE reader IN DATABASE {database} SET search_path = timeline;
