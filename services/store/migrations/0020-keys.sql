-- Data keys, each wrapped by the key of the provider (KEK), which is never here.

CREATE TABLE keys_wrapped (
  kind       text   NOT NULL CHECK (kind ~ '^[a-z][a-z-]{0,19}$'),
  id         text   NOT NULL CHECK (length(id) BETWEEN 1 AND 300),
  provider   text   NOT NULL,
  version    text   NOT NULL,
  wrapped    bytea  NOT NULL,
  sha256     text   NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  made_at    bigint NOT NULL,
  wrapped_at bigint NOT NULL,
  PRIMARY KEY (kind, id)
);
-- Short rows in place: a destroyed key leaves no copy in a table beside this one.
ALTER TABLE keys_wrapped ALTER COLUMN wrapped SET STORAGE PLAIN;
COMMENT ON TABLE  keys_wrapped            IS 'Wrapped data keys: without the key of the provider they open nothing';
COMMENT ON COLUMN keys_wrapped.kind       IS 'What the key seals, such as bulle or version';
COMMENT ON COLUMN keys_wrapped.id         IS 'Which of them';
COMMENT ON COLUMN keys_wrapped.provider   IS 'Provider of the key that wrapped it';
COMMENT ON COLUMN keys_wrapped.version    IS 'Which of the keys of that provider did';
COMMENT ON COLUMN keys_wrapped.wrapped    IS 'The key, wrapped';
COMMENT ON COLUMN keys_wrapped.sha256     IS 'Hexadecimal SHA-256 of the key, which is random';
COMMENT ON COLUMN keys_wrapped.made_at    IS 'Instant, ms since 1970';
COMMENT ON COLUMN keys_wrapped.wrapped_at IS 'Instant of the last wrapping, ms since 1970';
