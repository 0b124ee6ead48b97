-- Acts on requests and permits whose entries are about to be written: whoever is killed between the log and the rows has lost nothing.

CREATE TABLE habilitation_begun (
  id       uuid    PRIMARY KEY,
  stream   text    NOT NULL,
  before   integer NOT NULL CHECK (before >= 0),
  begun_ms bigint  NOT NULL,
  body     jsonb   NOT NULL
);
COMMENT ON TABLE  habilitation_begun          IS 'Acts on requests and permits that are being recorded; a row lives until the act has its rows, and a start ends what is left';
COMMENT ON COLUMN habilitation_begun.id       IS 'Random identifier of the act';
COMMENT ON COLUMN habilitation_begun.stream   IS 'The request that it is about, which may not have a row yet';
COMMENT ON COLUMN habilitation_begun.before   IS 'How many events the request had when the act was decided';
COMMENT ON COLUMN habilitation_begun.begun_ms IS 'Instant, ms since 1970';
COMMENT ON COLUMN habilitation_begun.body     IS 'Events, entries and permit, as services/habilitation/rows.ts has them; nothing here is changed';

-- Commands take turns in the node, and no row is locked while one waits for the log.
COMMENT ON TABLE habilitation_stream IS 'One row per request for a habilitation';
