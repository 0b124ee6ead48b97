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

-- Who objects is sealed: the first start seals the rows that are there, and nothing writes a pseudonym in the clear any more.
ALTER TABLE dataset_opt_out
  ALTER COLUMN pseudonym DROP NOT NULL,
  ADD COLUMN mac    text  CHECK (mac ~ '^[0-9a-f]{64}$'),
  ADD COLUMN sealed bytea,
  ADD CHECK ((pseudonym IS NULL) = (sealed IS NOT NULL) AND (mac IS NULL) = (sealed IS NULL));
DROP INDEX dataset_opt_out_standing;
CREATE UNIQUE INDEX dataset_opt_out_standing ON dataset_opt_out (domain, mac) WHERE reversed_version IS NULL;
COMMENT ON COLUMN dataset_opt_out.pseudonym IS 'First-level pseudonym of a row of an earlier release, until the first start has sealed it; null since';
COMMENT ON COLUMN dataset_opt_out.mac       IS 'HMAC-SHA-256 of the pseudonym under a key of its domain, hexadecimal: who objects twice has one row';
COMMENT ON COLUMN dataset_opt_out.sealed    IS 'The pseudonym, AES-256-GCM under a key of its domain: nonce, text, tag';

ALTER TABLE dataset_opt_out_begun
  ALTER COLUMN pseudonyms DROP NOT NULL,
  ADD COLUMN sealed bytea,
  ADD CHECK ((pseudonyms IS NULL) = (sealed IS NOT NULL));
COMMENT ON COLUMN dataset_opt_out_begun.pseudonyms IS 'Of a registration that a stop of an earlier release cut; null since';
COMMENT ON COLUMN dataset_opt_out_begun.sealed     IS 'The first-level pseudonyms, sealed as in dataset_opt_out';
