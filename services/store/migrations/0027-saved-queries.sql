-- Texts that the members of a project keep under a name, sealed under a key of the project.

CREATE TABLE query_saved (
  id        uuid    PRIMARY KEY,
  project   text    NOT NULL,
  issuer    text    NOT NULL,
  subject   text    NOT NULL,
  is_shared boolean NOT NULL,
  revision  integer NOT NULL CHECK (revision >= 1),
  saved_ms  bigint  NOT NULL,
  sealed    bytea   NOT NULL
);
CREATE INDEX query_saved_project ON query_saved (project, issuer, subject);
COMMENT ON TABLE  query_saved           IS 'Texts that members of a project keep under a name; gone with the project, and never what they were answered';
COMMENT ON COLUMN query_saved.id        IS 'Random identifier';
COMMENT ON COLUMN query_saved.project   IS 'Project whose key seals it';
COMMENT ON COLUMN query_saved.issuer    IS 'Issuer of the person who keeps it';
COMMENT ON COLUMN query_saved.subject   IS 'Subject of the person who keeps it';
COMMENT ON COLUMN query_saved.is_shared IS 'Whether the other members read it too';
COMMENT ON COLUMN query_saved.revision  IS 'How often it was saved';
COMMENT ON COLUMN query_saved.saved_ms  IS 'When it was last saved, ms since 1970';
COMMENT ON COLUMN query_saved.sealed    IS 'Title, text, purpose and objective, sealed under the key saved-queries of the project as this revision of this person';
