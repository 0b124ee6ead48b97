-- Search of the log over millions of entries: every dataset of an entry, and an index that leads each facet by time.

ALTER TABLE audit_index ADD COLUMN datasets text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN audit_index.datasets IS 'All datasets the entry is about; the first is in dataset';
UPDATE audit_index SET datasets = ARRAY[dataset] WHERE dataset IS NOT NULL;

CREATE INDEX audit_index_datasets ON audit_index USING gin (datasets);
CREATE INDEX audit_index_outcome ON audit_index (outcome, ts_ms DESC);
CREATE INDEX audit_index_code ON audit_index (code, ts_ms DESC) WHERE code IS NOT NULL;
CREATE INDEX audit_index_rule ON audit_index (rule, ts_ms DESC) WHERE rule IS NOT NULL;
