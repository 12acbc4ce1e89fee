-- What the ingestor remembers, so that nothing is taken in twice.
-- depends:

-- migrate: apply

CREATE TABLE articles (
    article_id     text        PRIMARY KEY,
    revision       int         NOT NULL CHECK (revision >= 1),
    content_sha256 text        NOT NULL,
    known_sha256   text[]      NOT NULL,
    pubstatus      text        NOT NULL CHECK (pubstatus IN ('usable', 'corrected', 'withdrawn')),
    outlet         text        NOT NULL,
    title          text        NOT NULL,
    page_id        text        NOT NULL,
    captured_at    timestamptz,
    recorded_at    timestamptz NOT NULL
);

COMMENT ON TABLE articles IS 'The latest revision of each article; the revisions themselves are in the log.';
COMMENT ON COLUMN articles.known_sha256 IS 'The content of every revision there was, so that an old capture read again is no correction.';
COMMENT ON COLUMN articles.captured_at IS 'Of the latest revision, as its sender said; null where it was assumed.';

CREATE TABLE pages (
    page_id     text        PRIMARY KEY,
    url         text,
    captured_at timestamptz,
    sha256      text        NOT NULL,
    articles    int         NOT NULL,
    recorded_at timestamptz NOT NULL
);

COMMENT ON TABLE pages IS 'Every page that was taken in, when it first was.';
COMMENT ON COLUMN pages.sha256 IS 'Of the bytes as they came.';

-- migrate: rollback

DROP TABLE pages;
DROP TABLE articles;
