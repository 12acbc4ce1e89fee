-- Where the sentences of an article stand in its body, so that what two articles share can be shown.
-- depends: normalizer-0002-edits

-- migrate: apply

ALTER TABLE readings ADD COLUMN spans text NOT NULL DEFAULT '[]';

COMMENT ON COLUMN readings.spans IS 'start and end of each sentence, in code points; none for what was read before they were kept';

-- migrate: rollback

ALTER TABLE readings DROP COLUMN spans;
