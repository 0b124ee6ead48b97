-- The quality and utility label of a version, measured when its deposit was checked.

ALTER TABLE dataset_version ADD COLUMN quality jsonb;
COMMENT ON COLUMN dataset_version.quality IS 'Label for the holder, and its public part in bands; NULL for versions published before labels were measured';
