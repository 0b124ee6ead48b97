-- Proofs of persons with their history (governance.md 7), who answers for whom, and the queries that a permit has used of a day.

ALTER TABLE identity_account
  ADD COLUMN workstation_until_ms bigint,
  ADD COLUMN affiliation_until_ms bigint,
  ADD COLUMN training_version     text,
  ADD COLUMN charter_version      text,
  ADD COLUMN manager_issuer       text,
  ADD COLUMN manager_subject      text,
  ADD CHECK ((manager_issuer IS NULL) = (manager_subject IS NULL));
COMMENT ON COLUMN identity_account.workstation_until_ms IS 'Attestation of the workstation stands until this instant, ms since 1970 UTC; null: not held';
COMMENT ON COLUMN identity_account.affiliation_until_ms IS 'The contract that binds the person to the organisation ends then, ms since 1970 UTC; null: not registered';
COMMENT ON COLUMN identity_account.training_version IS 'Version of the training that was followed';
COMMENT ON COLUMN identity_account.charter_version IS 'Version of the charter that was signed';
COMMENT ON COLUMN identity_account.manager_issuer IS 'Issuer of the line manager, who answers for this person; null: nobody';
COMMENT ON COLUMN identity_account.manager_subject IS 'Subject of the line manager';

CREATE TABLE identity_proof (
  audit_log  text NOT NULL,
  audit_seq  bigint NOT NULL,
  issuer     text NOT NULL,
  subject    text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('training', 'charter', 'review', 'workstation', 'affiliation')),
  version    text,
  at_ms      bigint NOT NULL,
  until_ms   bigint NOT NULL,
  by_issuer  text NOT NULL,
  by_subject text NOT NULL,
  PRIMARY KEY (audit_log, audit_seq),
  FOREIGN KEY (issuer, subject) REFERENCES identity_account (issuer, subject)
);
CREATE INDEX identity_proof_person ON identity_proof (issuer, subject, at_ms DESC);
COMMENT ON TABLE identity_proof IS 'Every proof that was recorded or ended, written once; the newest of a kind stands in the account';
COMMENT ON COLUMN identity_proof.audit_log IS 'Origin of the audit log that holds the entry written before this row';
COMMENT ON COLUMN identity_proof.audit_seq IS 'Sequence number of that entry';
COMMENT ON COLUMN identity_proof.issuer IS 'Issuer of the person whom it is about';
COMMENT ON COLUMN identity_proof.subject IS 'Subject of the person whom it is about';
COMMENT ON COLUMN identity_proof.kind IS 'training, charter, review, workstation or affiliation';
COMMENT ON COLUMN identity_proof.version IS 'Version of the training or of the charter';
COMMENT ON COLUMN identity_proof.at_ms IS 'Instant it was recorded, ms since 1970 UTC';
COMMENT ON COLUMN identity_proof.until_ms IS 'Instant until which it stands, ms since 1970 UTC; that of recording where it was ended';
COMMENT ON COLUMN identity_proof.by_issuer IS 'Issuer of whoever recorded it';
COMMENT ON COLUMN identity_proof.by_subject IS 'Subject of whoever recorded it';

CREATE TABLE query_quota (
  project text NOT NULL,
  day     text NOT NULL CHECK (day ~ '^\d{4}-\d{2}-\d{2}$'),
  used    integer NOT NULL CHECK (used > 0),
  PRIMARY KEY (project, day)
);
COMMENT ON TABLE query_quota IS 'Queries that a permit with a daily quota has used; counted before they run, whatever they find';
COMMENT ON COLUMN query_quota.project IS 'Base identifier of the permit';
COMMENT ON COLUMN query_quota.day IS 'Calendar day of Europe/Paris';
COMMENT ON COLUMN query_quota.used IS 'How many queries were let through that day';
