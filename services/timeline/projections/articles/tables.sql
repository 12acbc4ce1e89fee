CREATE TABLE articles (
    event_id   text COLLATE "C" NOT NULL,
    at         int  NOT NULL,
    article_id text COLLATE "C" NOT NULL,
    revision   int  NOT NULL,
    mention_id text NOT NULL,
    outlet     text NOT NULL,
    url        text,
    PRIMARY KEY (event_id, at)
);

COMMENT ON TABLE articles IS 'Each mention of each event, in the order of the event''s state.';

ALTER TABLE articles
    ALTER COLUMN mention_id SET STATISTICS 0,
    ALTER COLUMN outlet SET STATISTICS 0,
    ALTER COLUMN url SET STATISTICS 0;

CREATE INDEX articles_by_article ON articles (article_id, event_id);
