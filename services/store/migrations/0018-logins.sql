-- Sign-ins under way with an issuer (security.md 5.1), and identities that their owner tied to one account.

CREATE TABLE identity_login (
  cookie_sha256 text   PRIMARY KEY CHECK (cookie_sha256 ~ '^[0-9a-f]{64}$'),
  issuer        text   NOT NULL,
  state         text   NOT NULL,
  nonce         text   NOT NULL,
  verifier      text   NOT NULL,
  aim           text   NOT NULL CHECK (aim IN ('sign-in', 'step-up', 'link')),
  former        text,
  owner_issuer  text,
  owner_subject text,
  target        text   NOT NULL,
  until_ms      bigint NOT NULL,
  CHECK (aim <> 'link' OR (former IS NOT NULL AND owner_issuer IS NOT NULL AND owner_subject IS NOT NULL))
);
CREATE INDEX identity_login_end ON identity_login (until_ms);
COMMENT ON TABLE  identity_login               IS 'Sign-ins under way; a row is removed when the issuer has answered, or after ten minutes';
COMMENT ON COLUMN identity_login.cookie_sha256 IS 'Of the value of the cookie of the browser that began';
COMMENT ON COLUMN identity_login.issuer        IS 'Configured name of the issuer that was asked';
COMMENT ON COLUMN identity_login.state         IS 'Comes back in the answer';
COMMENT ON COLUMN identity_login.nonce         IS 'Comes back in the ID token';
COMMENT ON COLUMN identity_login.verifier      IS 'Of PKCE: without it the code of the answer is worth nothing';
COMMENT ON COLUMN identity_login.aim           IS 'sign-in, step-up of the session, or link of another identity';
COMMENT ON COLUMN identity_login.former        IS 'Session of the browser that began, which the new one takes the place of; NULL where it had none';
COMMENT ON COLUMN identity_login.owner_issuer  IS 'Account that had this session, by issuer; NULL where there was none';
COMMENT ON COLUMN identity_login.owner_subject IS 'Account that had this session, by subject; NULL where there was none';
COMMENT ON COLUMN identity_login.target        IS 'Path of this node to go on to';
COMMENT ON COLUMN identity_login.until_ms      IS 'Instant from which it is worth nothing, ms since 1970 UTC';

CREATE TABLE identity_link (
  issuer          text   NOT NULL,
  subject         text   NOT NULL,
  account_issuer  text   NOT NULL,
  account_subject text   NOT NULL,
  linked_ms       bigint NOT NULL,
  PRIMARY KEY (issuer, subject),
  FOREIGN KEY (account_issuer, account_subject) REFERENCES identity_account (issuer, subject) ON DELETE CASCADE,
  CHECK (issuer <> account_issuer OR subject <> account_subject)
);
CREATE INDEX identity_link_account ON identity_link (account_issuer, account_subject);
COMMENT ON TABLE  identity_link                 IS 'Identities of one person that her account answers for; tied by herself, signed in with both';
COMMENT ON COLUMN identity_link.issuer          IS 'Configured name of the issuer of the other identity';
COMMENT ON COLUMN identity_link.subject         IS 'The sub claim of the other identity';
COMMENT ON COLUMN identity_link.account_issuer  IS 'Issuer of the account that it opens';
COMMENT ON COLUMN identity_link.account_subject IS 'Subject of the account that it opens';
COMMENT ON COLUMN identity_link.linked_ms       IS 'Instant of the tie, ms since 1970 UTC';
