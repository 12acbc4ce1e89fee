-- Editors' commands: as merging has heard them, and as they were taken in.
-- depends: normalizer-0001-merging

-- migrate: apply

CREATE TABLE edits (
    edit_id text   PRIMARY KEY,
    kind    text   NOT NULL,
    seq     bigint NOT NULL,
    revokes text,
    body    text   NOT NULL
);

CREATE INDEX edits_revokes ON edits (revokes) WHERE revokes IS NOT NULL;
CREATE INDEX edits_seq ON edits (seq);

COMMENT ON TABLE edits IS 'Every command that merging has heard; none is ever deleted, since a late article may be one that it names.';
COMMENT ON COLUMN edits.seq IS 'its number in the log: of two that contradict each other the higher holds';

CREATE TABLE edit_refs (
    article_id text NOT NULL,
    kind       text NOT NULL,
    edit_id    text NOT NULL REFERENCES edits,
    PRIMARY KEY (article_id, kind, edit_id)
);

COMMENT ON TABLE edit_refs IS 'The articles whose mentions a command names, whether or not they are known yet.';

CREATE TABLE edits_given (
    edit_id text PRIMARY KEY,
    asked   text NOT NULL,
    body    text NOT NULL
);

COMMENT ON TABLE edits_given IS 'What was asked for under each id, so that a command sent twice is one command.';

CREATE INDEX told_event ON told (event_id) WHERE present;

COMMENT ON INDEX told_event IS 'the mentions of an event, for those who name the event';

-- migrate: rollback

DROP INDEX told_event;
DROP TABLE edits_given;
DROP TABLE edit_refs;
DROP TABLE edits;
