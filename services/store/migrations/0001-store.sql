-- The tables of the store room: the lease of the one writer, and the search projection of the audit log.

CREATE TABLE audit_writer (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch    bigint NOT NULL CHECK (epoch > 0)
);
COMMENT ON TABLE audit_writer IS 'Who may write the audit log: one row, whose epoch grows by one with each lease';
COMMENT ON COLUMN audit_writer.only_row IS 'Always true: there is one writer per node';
COMMENT ON COLUMN audit_writer.epoch IS 'Number of the current lease, from 1';

CREATE TABLE audit_person (
  ps      text PRIMARY KEY,
  issuer  text NOT NULL,
  subject text NOT NULL
);
COMMENT ON TABLE audit_person IS 'Who a pseudonym of the audit log is; opened to the DPO only. Not in the log itself';
COMMENT ON COLUMN audit_person.ps IS 'Keyed pseudonym of one person in one shard of the log';
COMMENT ON COLUMN audit_person.issuer IS 'Configured name of the issuer';
COMMENT ON COLUMN audit_person.subject IS 'Subject at that issuer';
CREATE INDEX audit_person_subject ON audit_person (subject);

CREATE TABLE audit_index (
  shard   text   NOT NULL,
  seq     bigint NOT NULL CHECK (seq >= 0),
  ts_ms   bigint NOT NULL,
  type    text   NOT NULL,
  outcome text   NOT NULL CHECK (outcome IN ('allowed', 'refused', 'failed', 'done')),
  ps      text,
  project text,
  dataset text,
  code    text,
  rule    text,
  leaf    text   NOT NULL CHECK (leaf ~ '^[0-9a-f]{64}$'),
  PRIMARY KEY (shard, seq)
);
COMMENT ON TABLE audit_index IS 'Search projection of the audit log: rebuilt from it, never trusted';
COMMENT ON COLUMN audit_index.shard IS 'Name of the shard of the log, such as 2026';
COMMENT ON COLUMN audit_index.seq IS 'Leaf index of the entry in its shard';
COMMENT ON COLUMN audit_index.ts_ms IS 'Instant of the entry, ms since 1970 UTC';
COMMENT ON COLUMN audit_index.type IS 'Type of the entry, such as query.release';
COMMENT ON COLUMN audit_index.outcome IS 'allowed, refused, failed or done';
COMMENT ON COLUMN audit_index.ps IS 'Keyed pseudonym of the actor; null where the system acted or nobody was known';
COMMENT ON COLUMN audit_index.project IS 'Project the entry is about';
COMMENT ON COLUMN audit_index.dataset IS 'Dataset the entry is about';
COMMENT ON COLUMN audit_index.code IS 'Code of the refusal';
COMMENT ON COLUMN audit_index.rule IS 'Rule that refused';
COMMENT ON COLUMN audit_index.leaf IS 'RFC 6962 leaf hash, hexadecimal';
CREATE INDEX audit_index_newest ON audit_index (ts_ms DESC, shard DESC, seq DESC);
CREATE INDEX audit_index_project ON audit_index (project, ts_ms DESC) WHERE project IS NOT NULL;
CREATE INDEX audit_index_actor ON audit_index (ps, ts_ms DESC) WHERE ps IS NOT NULL;
CREATE INDEX audit_index_type ON audit_index (type, ts_ms DESC);
