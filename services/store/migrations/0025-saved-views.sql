-- Searches of the log that a person keeps under a name.

CREATE TABLE review_saved_view (
  issuer   text   NOT NULL,
  subject  text   NOT NULL,
  name     text   NOT NULL,
  filter   jsonb  NOT NULL,
  saved_ms bigint NOT NULL,
  PRIMARY KEY (issuer, subject, name)
);
COMMENT ON TABLE  review_saved_view          IS 'Searches of the log that a person keeps under a name; hers alone, and never what they found';
COMMENT ON COLUMN review_saved_view.issuer   IS 'Issuer of the person';
COMMENT ON COLUMN review_saved_view.subject  IS 'Subject of the person';
COMMENT ON COLUMN review_saved_view.name     IS 'As she calls it';
COMMENT ON COLUMN review_saved_view.filter   IS 'What is searched for, as services/review/saved-views.ts has it';
COMMENT ON COLUMN review_saved_view.saved_ms IS 'When it was last saved, ms since 1970';
