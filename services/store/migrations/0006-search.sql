-- Search of the log over millions of entries: an index that leads each facet by time, and every dataset of an entry.

CREATE TABLE audit_dataset (
  dataset text   NOT NULL,
  ts_ms   bigint NOT NULL,
  shard   text   NOT NULL,
  seq     bigint NOT NULL,
  PRIMARY KEY (dataset, ts_ms, shard, seq)
);
COMMENT ON TABLE  audit_dataset         IS 'Which entries of the log are about a dataset: one row for each of their datasets. Rebuilt with audit_index';
COMMENT ON COLUMN audit_dataset.dataset IS 'Name of the dataset';
COMMENT ON COLUMN audit_dataset.ts_ms   IS 'Instant of the entry, ms since 1970 UTC';
COMMENT ON COLUMN audit_dataset.shard   IS 'Name of the shard of the log, such as 2026';
COMMENT ON COLUMN audit_dataset.seq     IS 'Leaf index of the entry in its shard';
INSERT INTO audit_dataset SELECT dataset, ts_ms, shard, seq FROM audit_index WHERE dataset IS NOT NULL;
COMMENT ON COLUMN audit_index.dataset IS 'First dataset the entry is about; audit_dataset has all';

CREATE INDEX audit_index_outcome ON audit_index (outcome, ts_ms DESC);
CREATE INDEX audit_index_code ON audit_index (code, ts_ms DESC) WHERE code IS NOT NULL;
CREATE INDEX audit_index_rule ON audit_index (rule, ts_ms DESC) WHERE rule IS NOT NULL;
