CREATE TABLE edit_refs (
    article_id text NOT NULL,
    kind text NOT NULL,
    edit_id text NOT NULL
);

COMMENT ON TABLE edit_refs IS 'The articles whose mentions a command names, whether or not they are known yet.';

CREATE TABLE edits (
    edit_id text NOT NULL,
    kind text NOT NULL,
    seq bigint NOT NULL,
    revokes text,
    body text NOT NULL
);

COMMENT ON TABLE edits IS 'Every command that merging has heard; none is ever deleted, since a late article may be one that it names.';

COMMENT ON COLUMN edits.seq IS 'its number in the log: of two that contradict each other the higher holds';

CREATE TABLE edits_given (
    edit_id text NOT NULL,
    asked text NOT NULL,
    body text NOT NULL
);

COMMENT ON TABLE edits_given IS 'What was asked for under each id, so that a command sent twice is one command.';

CREATE TABLE events (
    event_id text NOT NULL,
    kind text NOT NULL,
    born timestamp with time zone NOT NULL,
    digest text NOT NULL,
    state text NOT NULL
);

COMMENT ON COLUMN events.born IS 'log time of its first change: on a merge the older event keeps its id';

COMMENT ON COLUMN events.state IS 'the CanonicalEvent as last published, merged and retracted ones too: an id resolves for ever';

CREATE TABLE readings (
    article_id text NOT NULL,
    kind text NOT NULL,
    revision integer NOT NULL,
    article text NOT NULL,
    sentences text NOT NULL,
    spans text DEFAULT '[]'::text NOT NULL,
    rereading integer DEFAULT 0 NOT NULL
);

COMMENT ON TABLE readings IS 'The latest revision read of each article; empty readings stay, so that a late older one is known as such.';

COMMENT ON COLUMN readings.spans IS 'start and end of each sentence, in code points; none for what was read before they were kept';

COMMENT ON COLUMN readings.rereading IS 'which rereading of this revision counts; 0: as first read';

CREATE TABLE rereadings (
    number integer NOT NULL,
    ruleset text NOT NULL,
    until text NOT NULL,
    ordered_at timestamp with time zone NOT NULL,
    state text DEFAULT 'ordered'::text NOT NULL,
    articles bigint DEFAULT 0 NOT NULL,
    readings bigint DEFAULT 0 NOT NULL,
    unreadable bigint DEFAULT 0 NOT NULL,
    CONSTRAINT rereadings_state_check CHECK ((state = ANY (ARRAY['ordered'::text, 'begun'::text, 'done'::text])))
);

COMMENT ON TABLE rereadings IS 'What an operator has ordered to be read again; carried out by a normalizer that reads by that ruleset.';

COMMENT ON COLUMN rereadings.until IS 'a JSON object: of each partition of the articles, the offset before which they are read again';

COMMENT ON COLUMN rereadings.ordered_at IS 'the log time of all that follows from it';

COMMENT ON COLUMN rereadings.readings IS 'how many differed from what was known, and were published';

CREATE TABLE told (
    mention_id text NOT NULL,
    article_id text NOT NULL,
    kind text NOT NULL,
    event_id text,
    present boolean DEFAULT true NOT NULL,
    digest text NOT NULL,
    mention text NOT NULL
);

COMMENT ON COLUMN told.present IS 'false once taken back; the row stays, so that a mention that returns finds its event again';

COMMENT ON COLUMN told.digest IS 'of the mention, its article and its sentences: what was parsed once is known by it';

CREATE TABLE told_keys (
    key text NOT NULL,
    mention_id text NOT NULL,
    strong boolean NOT NULL
);

COMMENT ON COLUMN told_keys.strong IS 'says enough to be compared by; a weak key meets only a strong one';

ALTER TABLE ONLY edit_refs
    ADD CONSTRAINT edit_refs_pkey PRIMARY KEY (article_id, kind, edit_id);

ALTER TABLE ONLY edits_given
    ADD CONSTRAINT edits_given_pkey PRIMARY KEY (edit_id);

ALTER TABLE ONLY edits
    ADD CONSTRAINT edits_pkey PRIMARY KEY (edit_id);

ALTER TABLE ONLY events
    ADD CONSTRAINT events_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY readings
    ADD CONSTRAINT readings_pkey PRIMARY KEY (article_id, kind);

ALTER TABLE ONLY rereadings
    ADD CONSTRAINT rereadings_pkey PRIMARY KEY (number);

ALTER TABLE ONLY told_keys
    ADD CONSTRAINT told_keys_pkey PRIMARY KEY (key, strong, mention_id);

ALTER TABLE ONLY told
    ADD CONSTRAINT told_pkey PRIMARY KEY (mention_id);

CREATE INDEX edits_revokes ON edits USING btree (revokes) WHERE (revokes IS NOT NULL);

CREATE INDEX edits_seq ON edits USING btree (seq);

CREATE UNIQUE INDEX rereadings_one_at_a_time ON rereadings USING btree ((true)) WHERE (state <> 'done'::text);

CREATE INDEX told_article ON told USING btree (article_id, kind);

CREATE INDEX told_event ON told USING btree (event_id) WHERE present;

COMMENT ON INDEX told_event IS 'the mentions of an event, for those who name the event';

ALTER TABLE ONLY edit_refs
    ADD CONSTRAINT edit_refs_edit_id_fkey FOREIGN KEY (edit_id) REFERENCES edits(edit_id);

ALTER TABLE ONLY told
    ADD CONSTRAINT told_article_id_kind_fkey FOREIGN KEY (article_id, kind) REFERENCES readings(article_id, kind);

ALTER TABLE ONLY told_keys
    ADD CONSTRAINT told_keys_mention_id_fkey FOREIGN KEY (mention_id) REFERENCES told(mention_id);
