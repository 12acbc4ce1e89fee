-- Two generations, table by table. {table} and {columns} are names of ours, quoted.

-- name: columns
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute AS a
WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum

-- name: key
SELECT a.attname AS name
FROM pg_index AS i, unnest(i.indkey::int[]) WITH ORDINALITY AS part (number, at), pg_attribute AS a
WHERE i.indrelid = $1::text::regclass AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = part.number ORDER BY part.at

-- name: digest
-- A sum does not depend on the order of rows; a row that stands twice counts twice.
SELECT count(*) AS rows, coalesce(sum(hashtextextended(told::text, 0)::numeric), 0)::text AS digest
FROM (SELECT {columns} FROM {table}) AS told

-- name: rows
-- What is packed comes as it is: what it holds, only whoever opens it can tell.
SELECT ARRAY[{key}] AS key, hashtextextended(ROW({columns})::text, 0) AS digest, ARRAY[{packed}]::bytea[] AS packed
FROM {table} ORDER BY {order}

-- name: row
SELECT to_jsonb(told)::text AS told FROM (SELECT {columns} FROM {table}) AS told WHERE ARRAY[{key}] = $1::text[]
