CREATE TABLE claims (
    event_id    text     COLLATE "C" NOT NULL,
    at          int      NOT NULL,
    claim_id    text     NOT NULL,
    field       text     NOT NULL,
    value       jsonb    NOT NULL,
    speaker     text,
    role        text,
    anonymous   boolean  NOT NULL,
    via         text,
    attribution text     NOT NULL,
    modality    text     NOT NULL,
    polarity    text     NOT NULL,
    article_id  text     NOT NULL,
    revision    int      NOT NULL,
    PRIMARY KEY (event_id, at)
);

COMMENT ON TABLE claims IS 'What one speaker says of one field of one event, in the order of the event''s state; the quote stands there.';

CREATE INDEX claims_by_article ON claims (article_id);
