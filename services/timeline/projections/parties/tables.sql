CREATE TABLE parties (
    event_id text COLLATE "C" NOT NULL,
    party    text COLLATE "C" NOT NULL,
    kind     text NOT NULL,
    first    date NOT NULL,
    last     date NOT NULL,
    PRIMARY KEY (event_id, party)
);

COMMENT ON TABLE parties IS 'By whom an event may hang together with others: see schemas/relations.py. Of the events that are neither merged nor retracted.';
COMMENT ON COLUMN parties.party IS 'a country code, else a name, without case and accents';
COMMENT ON COLUMN parties.first IS 'its first day, else the day on which it was first told';

CREATE INDEX parties_by_day ON parties (party, kind, first, last, event_id);
