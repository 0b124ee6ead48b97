-- Personal access tokens for tools, and the proofs of possession that were shown already.

CREATE TABLE identity_access_token (
  id               uuid     PRIMARY KEY,
  sha256           text     NOT NULL UNIQUE CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  issuer           text     NOT NULL,
  subject          text     NOT NULL,
  project          text     NOT NULL,
  purpose          text     NOT NULL,
  door             text     NOT NULL CHECK (door = 'http'),
  label            text     NOT NULL CHECK (length(label) <= 80),
  level            smallint NOT NULL CHECK (level BETWEEN 2 AND 3),
  methods          text[]   NOT NULL,
  acr              text,
  authenticated_ms bigint,
  created_ms       bigint   NOT NULL,
  expires_ms       bigint   NOT NULL CHECK (expires_ms > created_ms AND expires_ms <= created_ms + 43200000),
  used_ms          bigint,
  revoked_ms       bigint,
  FOREIGN KEY (issuer, subject) REFERENCES identity_account (issuer, subject) ON DELETE CASCADE
);
CREATE INDEX identity_access_token_person ON identity_access_token (issuer, subject);
COMMENT ON TABLE  identity_access_token                  IS 'Personal access tokens: what one tool of one person may ask of one project';
COMMENT ON COLUMN identity_access_token.id               IS 'How the log and the person name it';
COMMENT ON COLUMN identity_access_token.sha256           IS 'Of the token, which is shown once and kept nowhere';
COMMENT ON COLUMN identity_access_token.issuer           IS 'Configured name of the issuer of the account';
COMMENT ON COLUMN identity_access_token.subject          IS 'The person who made it and for whom it speaks';
COMMENT ON COLUMN identity_access_token.project          IS 'The one project that it opens';
COMMENT ON COLUMN identity_access_token.purpose          IS 'The one purpose of that project that it serves';
COMMENT ON COLUMN identity_access_token.door             IS 'The one door that takes it';
COMMENT ON COLUMN identity_access_token.label            IS 'What the person calls it';
COMMENT ON COLUMN identity_access_token.level            IS 'Assurance of the session that made it';
COMMENT ON COLUMN identity_access_token.methods          IS 'Authentication methods of that session';
COMMENT ON COLUMN identity_access_token.acr              IS 'Authentication class of that session, as its issuer names it';
COMMENT ON COLUMN identity_access_token.authenticated_ms IS 'Instant at which the person had proved who she is, ms since 1970 UTC';
COMMENT ON COLUMN identity_access_token.created_ms       IS 'Instant at which it was made, ms since 1970 UTC';
COMMENT ON COLUMN identity_access_token.expires_ms       IS 'Instant from which it is refused, ms since 1970 UTC; twelve hours later at most';
COMMENT ON COLUMN identity_access_token.used_ms          IS 'Instant of its last use, to the minute, ms since 1970 UTC';
COMMENT ON COLUMN identity_access_token.revoked_ms       IS 'Instant at which the person ended it, ms since 1970 UTC';

CREATE TABLE identity_dpop_proof (
  sha256   text   PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  until_ms bigint NOT NULL
);
CREATE INDEX identity_dpop_proof_until ON identity_dpop_proof (until_ms);
COMMENT ON TABLE  identity_dpop_proof          IS 'Proofs of possession (RFC 9449) that were shown and whose time is not over: each is good once';
COMMENT ON COLUMN identity_dpop_proof.sha256   IS 'Of the thumbprint of the key and the name of the proof';
COMMENT ON COLUMN identity_dpop_proof.until_ms IS 'Instant from which the proof is refused for its age and need not be known, ms since 1970 UTC';
