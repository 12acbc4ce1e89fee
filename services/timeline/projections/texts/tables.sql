CREATE TABLE texts (
    event_id text     COLLATE "C" NOT NULL PRIMARY KEY,
    told     text     NOT NULL,
    words    tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', told)) STORED
);

COMMENT ON TABLE texts IS 'Title, names, places and quotes, without case and accents: the quotes hold names as each article spelled them.';

ALTER TABLE texts ALTER COLUMN told SET STATISTICS 0;

CREATE INDEX texts_by_word ON texts USING gin (words);
