-- The list of queries that each person finds again. Convenience, not evidence: the log has the evidence, and no text is here.

CREATE TABLE query_run (
  id            uuid NOT NULL,
  project       text NOT NULL,
  issuer        text NOT NULL,
  subject       text NOT NULL,
  submitted_ms  bigint NOT NULL,
  ended_ms      bigint,
  outcome       text NOT NULL CHECK (outcome IN ('running', 'released', 'refused', 'aborted')),
  code          text,
  audit_log     text,
  audit_seq     bigint,
  PRIMARY KEY (project, issuer, subject, id)
);
CREATE INDEX query_run_own ON query_run (project, issuer, subject, submitted_ms DESC);
COMMENT ON TABLE query_run IS 'Queries that were asked, one row each; never their text, never their answer';
COMMENT ON COLUMN query_run.id IS 'UUID, the client''s own or made by the server; one person uses it once in a project';
COMMENT ON COLUMN query_run.project IS 'Project that was asked, as the address named it';
COMMENT ON COLUMN query_run.issuer IS 'Configured name of the issuer of the person';
COMMENT ON COLUMN query_run.subject IS 'Subject of the person at that issuer';
COMMENT ON COLUMN query_run.submitted_ms IS 'Instant it was submitted, ms since 1970 UTC';
COMMENT ON COLUMN query_run.ended_ms IS 'Instant it ended, ms since 1970 UTC; null while it runs';
COMMENT ON COLUMN query_run.outcome IS 'running, released, refused or aborted';
COMMENT ON COLUMN query_run.code IS 'Code of the refusal, where there was one';
COMMENT ON COLUMN query_run.audit_log IS 'Origin of the audit log that holds the entry that closed it';
COMMENT ON COLUMN query_run.audit_seq IS 'Sequence number of that entry';
