-- A command line that asks to act in the session of a browser (security.md 5.5).

CREATE TABLE identity_device (
  id            uuid   PRIMARY KEY,
  device_sha256 text   NOT NULL UNIQUE CHECK (device_sha256 ~ '^[0-9a-f]{64}$'),
  code_sha256   text   NOT NULL UNIQUE CHECK (code_sha256 ~ '^[0-9a-f]{64}$'),
  host          text   NOT NULL,
  address       text   NOT NULL,
  asked_ms      bigint NOT NULL,
  until_ms      bigint NOT NULL,
  polled_ms     bigint,
  session       uuid   REFERENCES identity_session (id) ON DELETE CASCADE,
  refused_ms    bigint,
  token_sha256  text   UNIQUE CHECK (token_sha256 ~ '^[0-9a-f]{64}$'),
  ended_ms      bigint
);
COMMENT ON TABLE  identity_device               IS 'One command line that asked to be let in, and the session that let it; removed with it, or when nobody answered';
COMMENT ON COLUMN identity_device.id            IS 'Random name of the grant in the log';
COMMENT ON COLUMN identity_device.device_sha256 IS 'Of the code by which the command line asks what was answered, 256 random bits';
COMMENT ON COLUMN identity_device.code_sha256   IS 'Of the code that the person types';
COMMENT ON COLUMN identity_device.host          IS 'Name that the machine of the command line gives itself';
COMMENT ON COLUMN identity_device.address       IS 'Address that it asked from';
COMMENT ON COLUMN identity_device.asked_ms      IS 'When it asked, ms since 1970';
COMMENT ON COLUMN identity_device.until_ms      IS 'Until when it may be answered, ms since 1970';
COMMENT ON COLUMN identity_device.polled_ms     IS 'When it last asked for the answer, ms since 1970; NULL before';
COMMENT ON COLUMN identity_device.session       IS 'Session in which it acts; NULL before somebody confirmed it';
COMMENT ON COLUMN identity_device.refused_ms    IS 'When a person said no, ms since 1970; NULL while nobody has';
COMMENT ON COLUMN identity_device.token_sha256  IS 'Of the token that it was given, once; NULL before';
COMMENT ON COLUMN identity_device.ended_ms      IS 'When it gave its token back, ms since 1970; NULL while it has it';
