-- Visas of other issuers that persons handed in and that counted: they are verified again each time they are looked at.

CREATE TABLE identity_visa (
  issuer   text   NOT NULL,
  subject  text   NOT NULL,
  sha256   text   NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  token    text   NOT NULL,
  until_ms bigint NOT NULL,
  PRIMARY KEY (issuer, subject, sha256),
  FOREIGN KEY (issuer, subject) REFERENCES identity_account (issuer, subject) ON DELETE CASCADE
);
COMMENT ON TABLE  identity_visa          IS 'Visas that stand for a proof of a person; replaced as a whole by the next passport';
COMMENT ON COLUMN identity_visa.issuer   IS 'Configured name of the issuer of the account, not of the visa';
COMMENT ON COLUMN identity_visa.subject  IS 'The person who handed it in';
COMMENT ON COLUMN identity_visa.sha256   IS 'Of the token: how the log names it';
COMMENT ON COLUMN identity_visa.token    IS 'As it was received';
COMMENT ON COLUMN identity_visa.until_ms IS 'Its own end, ms since 1970 UTC; removed at the next passport of anybody after it';
