-- What merging knows: the latest reading of each article, its mentions, and the events that they make up.
-- depends:

-- migrate: apply

CREATE TABLE readings (
    article_id text NOT NULL,
    kind       text NOT NULL,
    revision   int  NOT NULL,
    article    text NOT NULL,
    sentences  text NOT NULL,
    PRIMARY KEY (article_id, kind)
);

COMMENT ON TABLE readings IS 'The latest revision read of each article; empty readings stay, so that a late older one is known as such.';

CREATE TABLE told (
    mention_id text   PRIMARY KEY,
    article_id text   NOT NULL,
    kind       text   NOT NULL,
    event_id   text,
    present    bool   NOT NULL DEFAULT true,
    digest     text   NOT NULL,
    mention    text   NOT NULL,
    FOREIGN KEY (article_id, kind) REFERENCES readings
);

CREATE INDEX told_article ON told (article_id, kind);

COMMENT ON COLUMN told.digest IS 'of the mention, its article and its sentences: what was parsed once is known by it';

COMMENT ON COLUMN told.present IS 'false once taken back; the row stays, so that a mention that returns finds its event again';

CREATE TABLE told_keys (
    key        text NOT NULL,
    mention_id text NOT NULL REFERENCES told,
    strong     bool NOT NULL,
    PRIMARY KEY (key, strong, mention_id)
);

COMMENT ON COLUMN told_keys.strong IS 'says enough to be compared by; a weak key meets only a strong one';

CREATE TABLE events (
    event_id text        PRIMARY KEY,
    kind     text        NOT NULL,
    born     timestamptz NOT NULL,
    digest   text        NOT NULL,
    state    text        NOT NULL
);

COMMENT ON COLUMN events.born IS 'log time of its first change: on a merge the older event keeps its id';

COMMENT ON COLUMN events.state IS 'the CanonicalEvent as last published, merged and retracted ones too: an id resolves for ever';

-- migrate: rollback

DROP TABLE events;
DROP TABLE told_keys;
DROP TABLE told;
DROP TABLE readings;
