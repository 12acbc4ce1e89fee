CREATE FUNCTION sureness(about jsonb) RETURNS integer
    LANGUAGE sql IMMUTABLE
    RETURN CASE (about #>> '{published,basis}'::text[]) WHEN 'absolute'::text THEN 2 WHEN 'relative_to_capture'::text THEN 2 WHEN 'inferred'::text THEN 1 ELSE 0 END;

CREATE FUNCTION surer_date(later jsonb, earlier jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN (sureness(later) > sureness(earlier));

COMMENT ON FUNCTION surer_date(later jsonb, earlier jsonb) IS 'Whether one article''s date is stated, or counted from a capture that was timed, and the other''s was inferred or not known.';

CREATE TABLE answers (
    key text NOT NULL,
    request text NOT NULL,
    answer text NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE answers IS 'What requests with an Idempotency-Key were answered, written in the transaction that the answer tells of.';

COMMENT ON COLUMN answers.key IS 'SHA-256 of the caller and its Idempotency-Key.';

COMMENT ON COLUMN answers.request IS 'SHA-256 of what was asked: method, address, media type and body.';

CREATE TABLE articles (
    article_id text NOT NULL,
    revision integer NOT NULL,
    content_sha256 text NOT NULL,
    known_sha256 text[] NOT NULL,
    pubstatus text NOT NULL,
    headline text,
    page_url text,
    about jsonb NOT NULL,
    captured_at timestamp with time zone,
    recorded_at timestamp with time zone NOT NULL,
    redated boolean DEFAULT false NOT NULL,
    CONSTRAINT articles_pubstatus_check CHECK ((pubstatus = ANY (ARRAY['usable'::text, 'corrected'::text, 'withdrawn'::text]))),
    CONSTRAINT articles_revision_check CHECK ((revision >= 1))
);

COMMENT ON TABLE articles IS 'The latest revision of each article; the revisions themselves are in the log.';

COMMENT ON COLUMN articles.known_sha256 IS 'The content of every revision there was, so that an old capture read again is no correction.';

COMMENT ON COLUMN articles.headline IS 'SHA-256 of outlet and headline, folded and without notices: how a kill names a story.';

COMMENT ON COLUMN articles.page_url IS 'Canonical address of the page of the latest text, where the article has no address of its own.';

COMMENT ON COLUMN articles.about IS 'The latest text''s RawArticle without the text, so that a withdrawal can be published without it.';

COMMENT ON COLUMN articles.captured_at IS 'Of the latest revision, as its sender said; null where it was assumed. Of a withdrawal by request, when it came.';

COMMENT ON COLUMN articles.redated IS 'Whether the latest revision has the text of the one before it, and only says more surely when it was published.';

CREATE TABLE pages (
    page_id text NOT NULL,
    url text,
    captured_at timestamp with time zone,
    sha256 text NOT NULL,
    articles integer NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE pages IS 'Every page that was taken in, when it first was.';

COMMENT ON COLUMN pages.sha256 IS 'Of the bytes as they came.';

CREATE TABLE refused (
    sha256 text NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE refused IS 'What is in quarantine, so that the same bytes refused again are not put there again.';

ALTER TABLE ONLY answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (key);

ALTER TABLE ONLY articles
    ADD CONSTRAINT articles_pkey PRIMARY KEY (article_id);

ALTER TABLE ONLY pages
    ADD CONSTRAINT pages_pkey PRIMARY KEY (page_id);

ALTER TABLE ONLY refused
    ADD CONSTRAINT refused_pkey PRIMARY KEY (sha256);

CREATE INDEX answers_recorded_at ON answers USING btree (recorded_at);

CREATE INDEX articles_headline ON articles USING btree (headline);

CREATE INDEX articles_page_url ON articles USING btree (page_url);

CREATE INDEX refused_recorded_at ON refused USING btree (recorded_at);
