CREATE TABLE claims (
    event_id   text COLLATE "C" NOT NULL,
    article_id text COLLATE "C" NOT NULL,
    claims     int  NOT NULL,
    PRIMARY KEY (event_id, article_id)
);

COMMENT ON TABLE claims IS 'How many claims each article makes on each event; who says what of which field stands in the event''s state.';
COMMENT ON COLUMN claims.article_id IS 'of an editor''s claims the command''s id';
