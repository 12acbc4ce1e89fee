-- What the ingestor remembers, so that nothing is taken in twice.
-- depends:

-- migrate: apply

CREATE TABLE articles (
    article_id     text        PRIMARY KEY,
    revision       int         NOT NULL CHECK (revision >= 1),
    content_sha256 text        NOT NULL,
    known_sha256   text[]      NOT NULL,
    pubstatus      text        NOT NULL CHECK (pubstatus IN ('usable', 'corrected', 'withdrawn')),
    headline       text,
    page_url       text,
    about          jsonb       NOT NULL,
    captured_at    timestamptz,
    recorded_at    timestamptz NOT NULL
);

CREATE INDEX articles_headline ON articles (headline);
CREATE INDEX articles_page_url ON articles (page_url);

COMMENT ON TABLE articles IS 'The latest revision of each article; the revisions themselves are in the log.';
COMMENT ON COLUMN articles.known_sha256 IS 'The content of every revision there was, so that an old capture read again is no correction.';
COMMENT ON COLUMN articles.headline IS 'SHA-256 of outlet and headline, folded and without notices: how a kill names a story.';
COMMENT ON COLUMN articles.page_url IS 'Canonical address of the page of the latest text, where the article has no address of its own.';
COMMENT ON COLUMN articles.about IS 'The latest text''s RawArticle without the text, so that a withdrawal can be published without it.';
COMMENT ON COLUMN articles.captured_at IS 'Of the latest revision, as its sender said; null where it was assumed. Of a withdrawal by request, when it came.';

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

CREATE TABLE answers (
    key         text        PRIMARY KEY,
    request     text        NOT NULL,
    answer      text        NOT NULL,
    recorded_at timestamptz NOT NULL
);

CREATE INDEX answers_recorded_at ON answers (recorded_at);
COMMENT ON TABLE answers IS 'What requests with an Idempotency-Key were answered, written in the transaction that the answer tells of.';
COMMENT ON COLUMN answers.key IS 'SHA-256 of the caller and its Idempotency-Key.';
COMMENT ON COLUMN answers.request IS 'SHA-256 of what was asked: method, address, media type and body.';

CREATE TABLE refused (
    sha256      text        PRIMARY KEY,
    recorded_at timestamptz NOT NULL
);

CREATE INDEX refused_recorded_at ON refused (recorded_at);
COMMENT ON TABLE refused IS 'What is in quarantine, so that the same bytes refused again are not put there again.';

-- migrate: rollback

DROP TABLE refused;
DROP TABLE answers;
DROP TABLE pages;
DROP TABLE articles;
