CREATE TABLE contradictions (
    event_id text    COLLATE "C" NOT NULL,
    field    text    COLLATE "C" NOT NULL,
    kind     text    NOT NULL,
    rising   boolean NOT NULL,
    told     jsonb   NOT NULL,
    PRIMARY KEY (event_id, field)
);

COMMENT ON TABLE contradictions IS 'Of the events that are neither merged nor retracted; what merely changed is no contradiction.';
COMMENT ON COLUMN contradictions.rising IS 'of a number: it only rose, as a toll does';
COMMENT ON COLUMN contradictions.told IS 'the whole Contradiction: values, and who said which when';

ALTER TABLE contradictions ALTER COLUMN told SET STATISTICS 0;

CREATE INDEX contradictions_by_field ON contradictions (field, event_id);

-- Nearly all only rise, as tolls do, and nobody asks for those unless by name.
CREATE INDEX contradictions_not_rising ON contradictions (event_id, field) WHERE NOT rising;
