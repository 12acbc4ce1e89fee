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
    keys       text[] NOT NULL,
    event_id   text,
    mention    text   NOT NULL,
    FOREIGN KEY (article_id, kind) REFERENCES readings
);

CREATE INDEX told_keys ON told USING gin (keys);
CREATE INDEX told_event ON told (event_id);
CREATE INDEX told_article ON told (article_id, kind);

CREATE TABLE events (
    event_id text PRIMARY KEY,
    kind     text NOT NULL,
    state    text NOT NULL
);

COMMENT ON COLUMN events.state IS 'the CanonicalEvent as last published, merged and retracted ones too: an id resolves for ever';

-- migrate: rollback

DROP TABLE events;
DROP TABLE told;
DROP TABLE readings;
