-- Requests and permits: what happened to them, in order. The state is a fold of the events; nothing here is ever updated
-- but the lock row, and nothing is ever deleted (governance.md 2.10: life of the register).

CREATE TABLE habilitation_stream (
  id         text PRIMARY KEY,
  project    text UNIQUE,
  events     integer NOT NULL CHECK (events > 0)
);
COMMENT ON TABLE habilitation_stream IS 'One row per request for a habilitation; the row that a command locks';
COMMENT ON COLUMN habilitation_stream.id IS 'Identifier of the request, such as D-2026-0117';
COMMENT ON COLUMN habilitation_stream.project IS 'Base identifier of the permit, such as FR-NOR-2026-000042; null until acceptance';
COMMENT ON COLUMN habilitation_stream.events IS 'How many events the stream has';

CREATE TABLE habilitation_event (
  stream     text NOT NULL REFERENCES habilitation_stream (id),
  position   integer NOT NULL CHECK (position > 0),
  at_ms      bigint NOT NULL,
  body       jsonb NOT NULL,
  audit_log  text NOT NULL,
  audit_seq  bigint NOT NULL,
  PRIMARY KEY (stream, position)
);
CREATE INDEX habilitation_event_seq ON habilitation_event (audit_log, audit_seq);
COMMENT ON TABLE habilitation_event IS 'What happened to a request or a permit; written once, in the order of position';
COMMENT ON COLUMN habilitation_event.stream IS 'The request that it happened to';
COMMENT ON COLUMN habilitation_event.position IS 'From 1, without holes';
COMMENT ON COLUMN habilitation_event.at_ms IS 'Instant, ms since 1970 UTC';
COMMENT ON COLUMN habilitation_event.body IS 'The event, with its version v; read through the schema of habilitation/event.ts';
COMMENT ON COLUMN habilitation_event.audit_log IS 'Origin of the audit log that holds the entry written before this row';
COMMENT ON COLUMN habilitation_event.audit_seq IS 'Sequence number of that entry';

CREATE TABLE habilitation_permit (
  sha256     text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  stream     text NOT NULL REFERENCES habilitation_stream (id),
  project    text NOT NULL,
  version    integer NOT NULL CHECK (version > 0),
  jws        text NOT NULL,
  audit_log  text NOT NULL,
  audit_seq  bigint NOT NULL,
  UNIQUE (project, version)
);
COMMENT ON TABLE habilitation_permit IS 'Every signed version of every permit, named by its content';
COMMENT ON COLUMN habilitation_permit.sha256 IS 'SHA-256 of the payload bytes, hexadecimal; never of the token';
COMMENT ON COLUMN habilitation_permit.stream IS 'The request that it grants';
COMMENT ON COLUMN habilitation_permit.project IS 'Base identifier, the same for every version';
COMMENT ON COLUMN habilitation_permit.version IS 'From 1; the highest is in force';
COMMENT ON COLUMN habilitation_permit.jws IS 'The permit itself, JWS compact, ES256; the text that was signed is inside';
COMMENT ON COLUMN habilitation_permit.audit_log IS 'Origin of the audit log that holds the entry written before this row';
COMMENT ON COLUMN habilitation_permit.audit_seq IS 'Sequence number of that entry';

CREATE TABLE habilitation_counter (
  name       text PRIMARY KEY,
  value      bigint NOT NULL CHECK (value > 0)
);
COMMENT ON TABLE habilitation_counter IS 'Numbers given to requests and permits, one row per kind and year';
COMMENT ON COLUMN habilitation_counter.name IS 'Kind and year, such as request/2026';
COMMENT ON COLUMN habilitation_counter.value IS 'The last number given';
