-- What passes between depositor and node besides the files: the signed manifest of a deposit.

ALTER TABLE dataset_deposit ADD COLUMN manifest text;
COMMENT ON COLUMN dataset_deposit.manifest IS 'JWS of the holder over hashes, bytes and rows of its files, as handed in last; NULL without';
