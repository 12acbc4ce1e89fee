-- An article that was dated by guesswork may be dated more surely later, without a change of its text.
-- depends: ingestor-0001-articles-and-pages

-- migrate: apply

ALTER TABLE articles ADD COLUMN redated boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN articles.redated IS 'Whether the latest revision has the text of the one before it, and only says more surely when it was published.';

CREATE FUNCTION sureness(about jsonb) RETURNS int LANGUAGE sql IMMUTABLE
    RETURN CASE about #>> '{published,basis}' WHEN 'absolute' THEN 2 WHEN 'relative_to_capture' THEN 2 WHEN 'inferred' THEN 1 ELSE 0 END;

CREATE FUNCTION surer_date(later jsonb, earlier jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN sureness(later) > sureness(earlier);
COMMENT ON FUNCTION surer_date IS 'Whether one article''s date is stated, or counted from a capture that was timed, and the other''s was inferred or not known.';

-- migrate: rollback

DROP FUNCTION surer_date;
DROP FUNCTION sureness;
ALTER TABLE articles DROP COLUMN redated;
