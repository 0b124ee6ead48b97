-- Sessions of persons who signed in with an issuer (security.md 5.3), and the logout tokens that issuers sent (5.6).

CREATE TABLE identity_session (
  id               uuid     PRIMARY KEY,
  cookie_sha256    text     NOT NULL UNIQUE CHECK (cookie_sha256 ~ '^[0-9a-f]{64}$'),
  account_issuer   text     NOT NULL,
  account_subject  text     NOT NULL,
  issuer           text     NOT NULL,
  subject          text     NOT NULL,
  sid              text,
  level            smallint NOT NULL CHECK (level BETWEEN 0 AND 3),
  methods          text[]   NOT NULL,
  acr              text,
  roles            text[]   NOT NULL,
  authenticated_at bigint   NOT NULL,
  created_at       bigint   NOT NULL,
  seen_at          bigint   NOT NULL,
  client_sha256    text     CHECK (client_sha256 ~ '^[0-9a-f]{64}$'),
  closed_at        bigint,
  closed_cause     text,
  FOREIGN KEY (account_issuer, account_subject) REFERENCES identity_account (issuer, subject) ON DELETE CASCADE,
  CHECK ((closed_at IS NULL) = (closed_cause IS NULL))
);
CREATE INDEX identity_session_person ON identity_session (account_issuer, account_subject) WHERE closed_at IS NULL;
CREATE INDEX identity_session_issuer ON identity_session (issuer, subject) WHERE closed_at IS NULL;
COMMENT ON TABLE  identity_session                  IS 'One sign-in of one person in one browser; it survives a restart, a closed row is removed after a week';
COMMENT ON COLUMN identity_session.id               IS 'Random name of the session in the log, in lists and for its closure; opens nothing';
COMMENT ON COLUMN identity_session.cookie_sha256    IS 'Of the value of the cookie, 256 random bits that are kept nowhere; replaced at each rotation';
COMMENT ON COLUMN identity_session.account_issuer   IS 'Account of the person, by issuer';
COMMENT ON COLUMN identity_session.account_subject  IS 'Account of the person, by subject';
COMMENT ON COLUMN identity_session.issuer           IS 'Configured name of the issuer that vouched for the sign-in';
COMMENT ON COLUMN identity_session.subject          IS 'How that issuer names the person';
COMMENT ON COLUMN identity_session.sid              IS 'How the issuer names its own session; NULL where it names none';
COMMENT ON COLUMN identity_session.level            IS 'Assurance of the sign-in, 0 to 3 (security.md 5.2)';
COMMENT ON COLUMN identity_session.methods          IS 'Authentication methods that the issuer told';
COMMENT ON COLUMN identity_session.acr              IS 'Class of the authentication as the issuer names it; NULL where it told none';
COMMENT ON COLUMN identity_session.roles            IS 'Roles of the account when the session was opened: it ends when they change';
COMMENT ON COLUMN identity_session.authenticated_at IS 'Instant at which the person proved who she is, ms since 1970';
COMMENT ON COLUMN identity_session.created_at       IS 'Instant of the last rotation, from which the ten hours count, ms since 1970';
COMMENT ON COLUMN identity_session.seen_at          IS 'Last call, to the minute, ms since 1970';
COMMENT ON COLUMN identity_session.client_sha256    IS 'Of the name that the browser gives itself; NULL where it gave none';
COMMENT ON COLUMN identity_session.closed_at        IS 'Instant from which it is nobody’s, ms since 1970; NULL while it is open';
COMMENT ON COLUMN identity_session.closed_cause     IS 'Why it was closed, as its entry has it';

CREATE TABLE identity_logout (
  issuer   text   NOT NULL,
  jti      text   NOT NULL,
  sid      text,
  until_ms bigint NOT NULL,
  PRIMARY KEY (issuer, jti)
);
COMMENT ON TABLE  identity_logout          IS 'Logout tokens that had their effect: none has it twice';
COMMENT ON COLUMN identity_logout.issuer   IS 'Configured name of the issuer';
COMMENT ON COLUMN identity_logout.jti      IS 'Identifier of the token';
COMMENT ON COLUMN identity_logout.sid      IS 'Session of the issuer that it ended: a sign-in that was under way then opens nothing; NULL where it names none';
COMMENT ON COLUMN identity_logout.until_ms IS 'Instant from which the token is too old to be accepted, ms since 1970; then the row is removed';
