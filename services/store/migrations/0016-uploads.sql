-- Uploads that may be cut and gone on with (tus 1.0). Their bytes are files under the home folder.

CREATE TABLE dataset_upload (
  id             uuid   PRIMARY KEY,
  deposit        uuid   NOT NULL REFERENCES dataset_deposit (id),
  table_name     text   NOT NULL,
  metadata       text   NOT NULL,
  bytes          bigint NOT NULL CHECK (bytes >= 0),
  received       bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND bytes),
  finished_at    bigint,
  sha256         text,
  opened_issuer  text   NOT NULL,
  opened_subject text   NOT NULL,
  expires_at     bigint NOT NULL
);
CREATE INDEX dataset_upload_opener ON dataset_upload (opened_issuer, opened_subject);
COMMENT ON TABLE  dataset_upload                IS 'One file of a deposit that arrives in pieces; a finished one stays until it expires, for a client that missed the answer';
COMMENT ON COLUMN dataset_upload.id             IS 'Random identifier, also the name of its file';
COMMENT ON COLUMN dataset_upload.deposit        IS 'Deposit that the file is for';
COMMENT ON COLUMN dataset_upload.table_name     IS 'Table that the file is for';
COMMENT ON COLUMN dataset_upload.metadata       IS 'The header Upload-Metadata as it was sent; its members are the closed list of dataset/upload-metadata.ts';
COMMENT ON COLUMN dataset_upload.bytes          IS 'Bytes announced before the first one';
COMMENT ON COLUMN dataset_upload.received       IS 'Bytes that are on disk for certain: what a client goes on from';
COMMENT ON COLUMN dataset_upload.finished_at    IS 'Instant at which the file became the table of the deposit, ms since 1970';
COMMENT ON COLUMN dataset_upload.sha256         IS 'Hexadecimal SHA-256 of the whole file, when the depositor announced it';
COMMENT ON COLUMN dataset_upload.opened_issuer  IS 'Issuer of the data engineer who began it';
COMMENT ON COLUMN dataset_upload.opened_subject IS 'Subject of the data engineer who began it';
COMMENT ON COLUMN dataset_upload.expires_at     IS 'Instant at which it is removed when nothing more has arrived, ms since 1970';
