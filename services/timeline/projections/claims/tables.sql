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

-- Asked by are the event and the article alone.
ALTER TABLE claims
    ALTER COLUMN claim_id SET STATISTICS 0,
    ALTER COLUMN field SET STATISTICS 0,
    ALTER COLUMN value SET STATISTICS 0,
    ALTER COLUMN speaker SET STATISTICS 0,
    ALTER COLUMN role SET STATISTICS 0,
    ALTER COLUMN anonymous SET STATISTICS 0,
    ALTER COLUMN via SET STATISTICS 0,
    ALTER COLUMN attribution SET STATISTICS 0,
    ALTER COLUMN modality SET STATISTICS 0,
    ALTER COLUMN polarity SET STATISTICS 0,
    ALTER COLUMN revision SET STATISTICS 0;

CREATE INDEX claims_by_article ON claims (article_id);
