-- Datasets, their versions and their deposits. Rows of data never enter the database: they are files under the home folder.

CREATE TABLE dataset_descriptor (
  name        text   PRIMARY KEY,
  holder      text   NOT NULL,
  descriptor  jsonb  NOT NULL,
  sha256      text   NOT NULL,
  declared_at bigint NOT NULL
);
COMMENT ON TABLE  dataset_descriptor             IS 'What data holders declared: one Data Package descriptor per dataset, never changed once stored';
COMMENT ON COLUMN dataset_descriptor.name        IS 'Name of the dataset, unique on this node';
COMMENT ON COLUMN dataset_descriptor.holder      IS 'Organisation that holds the data and countersigns its lines';
COMMENT ON COLUMN dataset_descriptor.descriptor  IS 'The descriptor as it was understood (contract, section 4)';
COMMENT ON COLUMN dataset_descriptor.sha256      IS 'Hexadecimal SHA-256 of the canonical JSON of the descriptor';
COMMENT ON COLUMN dataset_descriptor.declared_at IS 'Instant of the declaration, ms since 1970';

CREATE TABLE dataset_deposit (
  id             uuid    PRIMARY KEY,
  dataset        text    NOT NULL REFERENCES dataset_descriptor (name),
  status         text    NOT NULL CHECK (status IN ('open', 'checking', 'accepted', 'quarantined', 'refused')),
  opened_issuer  text    NOT NULL,
  opened_subject text    NOT NULL,
  opened_at      bigint  NOT NULL,
  submitted_at   bigint,
  ended_at       bigint,
  findings       jsonb   NOT NULL DEFAULT '[]'
);
CREATE INDEX dataset_deposit_status ON dataset_deposit (status) WHERE status = 'checking';
COMMENT ON TABLE  dataset_deposit                IS 'One delivery of all tables of a dataset, from opening to its verdict';
COMMENT ON COLUMN dataset_deposit.id             IS 'Random identifier of the deposit';
COMMENT ON COLUMN dataset_deposit.dataset        IS 'Dataset that the deposit is a delivery of';
COMMENT ON COLUMN dataset_deposit.status         IS 'open, checking, then one of accepted, quarantined, refused for ever';
COMMENT ON COLUMN dataset_deposit.opened_issuer  IS 'Issuer of the data engineer who opened it';
COMMENT ON COLUMN dataset_deposit.opened_subject IS 'Subject of the data engineer who opened it';
COMMENT ON COLUMN dataset_deposit.opened_at      IS 'Instant, ms since 1970';
COMMENT ON COLUMN dataset_deposit.submitted_at   IS 'Instant of the submission, ms since 1970';
COMMENT ON COLUMN dataset_deposit.ended_at       IS 'Instant of the verdict, ms since 1970';
COMMENT ON COLUMN dataset_deposit.findings       IS 'Findings as rules, places and counts; never a value of a file';

CREATE TABLE dataset_deposit_file (
  deposit      uuid   NOT NULL REFERENCES dataset_deposit (id),
  table_name   text   NOT NULL,
  file         text   NOT NULL,
  bytes        bigint NOT NULL,
  sha256       text   NOT NULL,
  media        jsonb  NOT NULL,
  received_at  bigint NOT NULL,
  PRIMARY KEY (deposit, table_name)
);
COMMENT ON TABLE  dataset_deposit_file             IS 'The file received last for each table of a deposit';
COMMENT ON COLUMN dataset_deposit_file.deposit     IS 'Deposit the file belongs to';
COMMENT ON COLUMN dataset_deposit_file.table_name  IS 'Table of the dataset that the file is a delivery of';
COMMENT ON COLUMN dataset_deposit_file.file        IS 'Name of the file in the quarantine folder of the deposit';
COMMENT ON COLUMN dataset_deposit_file.bytes       IS 'Bytes of the body as received';
COMMENT ON COLUMN dataset_deposit_file.sha256      IS 'Hexadecimal SHA-256 of the body as received';
COMMENT ON COLUMN dataset_deposit_file.media       IS 'How the body was announced: content type, charset, coding, CSV dialect';
COMMENT ON COLUMN dataset_deposit_file.received_at IS 'Instant, ms since 1970';

CREATE TABLE dataset_version (
  dataset         text    NOT NULL REFERENCES dataset_descriptor (name),
  version         integer NOT NULL CHECK (version > 0),
  deposit         uuid    NOT NULL UNIQUE REFERENCES dataset_deposit (id),
  manifest_sha256 text    NOT NULL,
  published_at    bigint  NOT NULL,
  PRIMARY KEY (dataset, version)
);
COMMENT ON TABLE  dataset_version                 IS 'Published versions: immutable folders of Parquet files under the home folder';
COMMENT ON COLUMN dataset_version.dataset         IS 'Dataset';
COMMENT ON COLUMN dataset_version.version         IS 'Number of the version, from 1, without gaps';
COMMENT ON COLUMN dataset_version.deposit         IS 'Deposit that became this version';
COMMENT ON COLUMN dataset_version.manifest_sha256 IS 'Hexadecimal SHA-256 of manifest.json in the folder of the version';
COMMENT ON COLUMN dataset_version.published_at    IS 'Instant, ms since 1970';
