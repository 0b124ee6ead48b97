-- The airlock: files that leave after two checkers have looked (governance.md T5). Their bytes are sealed files under the home folder.

CREATE TABLE airlock_release (
  id        uuid   PRIMARY KEY,
  project   text   NOT NULL,
  issuer    text   NOT NULL,
  subject   text   NOT NULL,
  state     text   NOT NULL,
  opened_ms bigint NOT NULL,
  acted_ms  bigint NOT NULL,
  body      jsonb  NOT NULL,
  audit_log text   NOT NULL,
  audit_seq bigint NOT NULL
);
CREATE INDEX airlock_release_project ON airlock_release (project);
COMMENT ON TABLE  airlock_release           IS 'One set of files that somebody asks to take out, and what became of it; never removed';
COMMENT ON COLUMN airlock_release.id        IS 'Random identifier, also the name of the folder of its files';
COMMENT ON COLUMN airlock_release.project   IS 'Project whose results they are';
COMMENT ON COLUMN airlock_release.issuer    IS 'Issuer of the person who asks';
COMMENT ON COLUMN airlock_release.subject   IS 'Subject of the person who asks';
COMMENT ON COLUMN airlock_release.state     IS 'draft, review, changes, released, refused or withdrawn';
COMMENT ON COLUMN airlock_release.opened_ms IS 'When it was opened, ms since 1970';
COMMENT ON COLUMN airlock_release.acted_ms  IS 'When somebody last acted on it, ms since 1970';
COMMENT ON COLUMN airlock_release.body      IS 'Files, votes, answers and record, as services/airlock/release.ts has them; never a value of a file';
COMMENT ON COLUMN airlock_release.audit_log IS 'Log of the entry of the last act';
COMMENT ON COLUMN airlock_release.audit_seq IS 'Number of the entry of the last act';
