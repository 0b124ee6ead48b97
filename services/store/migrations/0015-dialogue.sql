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
