-- The inbox of the monthly review. Its acts are in the log; the table says what is still to be closed.

CREATE TABLE review_finding (
  id          text    PRIMARY KEY,
  month       text    NOT NULL CHECK (month ~ '^[0-9]{4}-[0-9]{2}$'),
  family      text    NOT NULL,
  detector    text    NOT NULL,
  concern     jsonb   NOT NULL,
  entry_count integer NOT NULL,
  entries     jsonb   NOT NULL,
  found_ms    bigint  NOT NULL,
  conclusion  text    CHECK (conclusion IN ('explained', 'corrected', 'incident', 'mistaken')),
  closed_ms   bigint,
  closed_by   text,
  CHECK ((conclusion IS NULL) = (closed_ms IS NULL))
);
CREATE INDEX review_finding_month ON review_finding (month);
COMMENT ON TABLE  review_finding             IS 'What the monthly review found; raised and closed by entries of the log';
COMMENT ON COLUMN review_finding.id          IS 'Month, family, detector and a hash of what it is about';
COMMENT ON COLUMN review_finding.month       IS 'Month of Europe/Paris, such as 2026-11';
COMMENT ON COLUMN review_finding.family      IS 'A1 to A6';
COMMENT ON COLUMN review_finding.detector    IS 'Name of the threshold in policies/review.json';
COMMENT ON COLUMN review_finding.concern     IS 'Person, project, dataset and day it is about';
COMMENT ON COLUMN review_finding.entry_count IS 'What was counted, in the unit of its detector';
COMMENT ON COLUMN review_finding.entries     IS 'Places of entries in the log that show it';
COMMENT ON COLUMN review_finding.found_ms    IS 'Instant it was first found, ms since 1970 UTC';
COMMENT ON COLUMN review_finding.conclusion  IS 'How it was closed; null while it is open';
COMMENT ON COLUMN review_finding.closed_ms   IS 'Instant it was closed, ms since 1970 UTC';
COMMENT ON COLUMN review_finding.closed_by   IS 'Subject of who closed it; the reason is sealed in the log only';
