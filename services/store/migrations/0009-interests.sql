-- Reviewers declare their interests before an opinion opens: on each request, or once for all of a time, which is kept here.

ALTER TABLE identity_account ADD COLUMN interests_until_ms bigint;
COMMENT ON COLUMN identity_account.interests_until_ms IS 'Declared to have no interest in any request until this instant, ms since 1970 UTC; null: declares on each request';
