-- Opt-outs whose entry is about to be written: whoever is killed between the log and the list has not lost who objected.

CREATE TABLE dataset_opt_out_begun (
  sha256     text   PRIMARY KEY,
  domain     text   NOT NULL,
  holder     text   NOT NULL,
  pseudonyms text[] NOT NULL CHECK (cardinality(pseudonyms) > 0),
  begun_at   bigint NOT NULL
);
COMMENT ON TABLE  dataset_opt_out_begun            IS 'Opt-outs that are being registered; a row lives until the list has them, and a start ends what is left';
COMMENT ON COLUMN dataset_opt_out_begun.sha256     IS 'What the entry of the log keeps of these persons, hexadecimal: by it a start finds out whether the log has them';
COMMENT ON COLUMN dataset_opt_out_begun.domain     IS 'Domain of the pseudonyms';
COMMENT ON COLUMN dataset_opt_out_begun.holder     IS 'Organisation that registers them';
COMMENT ON COLUMN dataset_opt_out_begun.pseudonyms IS 'First-level pseudonyms';
COMMENT ON COLUMN dataset_opt_out_begun.begun_at   IS 'Instant of the registration, ms since 1970';
