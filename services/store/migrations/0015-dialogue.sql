-- What passes between depositor and node besides the files: the signed manifest of a deposit, the contract of its dataset.

ALTER TABLE dataset_deposit ADD COLUMN manifest text;
COMMENT ON COLUMN dataset_deposit.manifest IS 'JWS of the holder over hashes, bytes and rows of its files, as handed in last; NULL without';

CREATE TABLE dataset_contract (
  dataset   text    NOT NULL REFERENCES dataset_descriptor (name),
  revision  integer NOT NULL CHECK (revision > 0),
  contract  jsonb   NOT NULL,
  sha256    text    NOT NULL,
  agreed_at bigint  NOT NULL,
  PRIMARY KEY (dataset, revision)
);
COMMENT ON TABLE  dataset_contract           IS 'What a holder promises of its deposits; each change is a revision, the last one counts';
COMMENT ON COLUMN dataset_contract.dataset   IS 'Dataset';
COMMENT ON COLUMN dataset_contract.revision  IS 'Number of the revision, from 1, without gaps';
COMMENT ON COLUMN dataset_contract.contract  IS 'The terms (dataset/contract.ts)';
COMMENT ON COLUMN dataset_contract.sha256    IS 'Hexadecimal SHA-256 of the canonical JSON of the terms, as its entry has it';
COMMENT ON COLUMN dataset_contract.agreed_at IS 'Instant, ms since 1970';

ALTER TABLE dataset_version
  ADD COLUMN withdrawn_at     bigint,
  ADD COLUMN withdrawn_cause  text CHECK (withdrawn_cause IN ('recall', 'retention')),
  ADD COLUMN withdrawn_reason text,
  ADD COLUMN withdrawn_log    text,
  ADD COLUMN withdrawn_seq    bigint,
  ADD COLUMN destroyed_at     bigint,
  ADD COLUMN certificate      text,
  ADD CONSTRAINT dataset_version_withdrawn CHECK (
    (withdrawn_at IS NULL) = (withdrawn_cause IS NULL)
    AND (withdrawn_at IS NULL) = (withdrawn_seq IS NULL)
    AND (withdrawn_at IS NULL) = (withdrawn_log IS NULL)
  ),
  ADD CONSTRAINT dataset_version_destroyed CHECK ((destroyed_at IS NULL) = (certificate IS NULL));
COMMENT ON COLUMN dataset_version.withdrawn_at     IS 'Instant from which nobody is given this version, ms since 1970; NULL while it stands';
COMMENT ON COLUMN dataset_version.withdrawn_cause  IS 'Its holder recalled it, or the time of its contract was over';
COMMENT ON COLUMN dataset_version.withdrawn_reason IS 'What the holder said when it recalled it';
COMMENT ON COLUMN dataset_version.withdrawn_log    IS 'Origin of the log that has the entry of the withdrawal';
COMMENT ON COLUMN dataset_version.withdrawn_seq    IS 'Number of that entry';
COMMENT ON COLUMN dataset_version.destroyed_at     IS 'Instant at which its files were gone, ms since 1970';
COMMENT ON COLUMN dataset_version.certificate      IS 'JWS of the operator over the destruction (dataset/version-certificate.ts)';
