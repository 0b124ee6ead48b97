-- Persons who object to the secondary use of their data: first-level pseudonyms, made by the holder. Nothing else uses them.

CREATE TABLE dataset_opt_out_list (
  domain  text    PRIMARY KEY,
  version integer NOT NULL CHECK (version > 0)
);
COMMENT ON TABLE  dataset_opt_out_list         IS 'The list of opt-outs of a domain: each change makes its next version';
COMMENT ON COLUMN dataset_opt_out_list.domain  IS 'Domain of the pseudonyms: the list holds in every dataset of it';
COMMENT ON COLUMN dataset_opt_out_list.version IS 'Last version';

CREATE TABLE dataset_opt_out (
  number           bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  domain           text    NOT NULL REFERENCES dataset_opt_out_list (domain),
  holder           text    NOT NULL,
  pseudonym        text    NOT NULL CHECK (pseudonym ~ '^h1k[0-9]{2}_[0-9a-f]{32}$'),
  added_version    integer NOT NULL,
  added_at         bigint  NOT NULL,
  reversed_version integer,
  reversed_at      bigint,
  CHECK ((reversed_version IS NULL) = (reversed_at IS NULL))
);
CREATE UNIQUE INDEX dataset_opt_out_standing ON dataset_opt_out (domain, pseudonym) WHERE reversed_version IS NULL;
COMMENT ON TABLE  dataset_opt_out                  IS 'One opt-out, from its registration to its reversal; rows are never removed, so that every version can be read';
COMMENT ON COLUMN dataset_opt_out.number           IS 'Number of the receipt';
COMMENT ON COLUMN dataset_opt_out.domain           IS 'Domain of the pseudonym';
COMMENT ON COLUMN dataset_opt_out.holder           IS 'Organisation that registered it, and that alone reverses it';
COMMENT ON COLUMN dataset_opt_out.pseudonym        IS 'First-level pseudonym; function and key version are its first characters';
COMMENT ON COLUMN dataset_opt_out.added_version    IS 'First version of the list that has it';
COMMENT ON COLUMN dataset_opt_out.added_at         IS 'Instant of the registration, ms since 1970';
COMMENT ON COLUMN dataset_opt_out.reversed_version IS 'First version that has it no more';
COMMENT ON COLUMN dataset_opt_out.reversed_at      IS 'Instant of the reversal, ms since 1970';
