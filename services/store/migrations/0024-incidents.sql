-- The register of incidents (GDPR 33(5)). Every act is an entry of the log before it is here; the register outlives the log.

CREATE TABLE review_incident (
  id          text   PRIMARY KEY CHECK (id ~ '^I-[0-9]{4}-[0-9]{4,}$'),
  finding     text   UNIQUE,
  detected_ms bigint NOT NULL,
  closed_ms   bigint,
  body        jsonb  NOT NULL
);
COMMENT ON TABLE  review_incident             IS 'Incidents that the DPO keeps, with their clocks; never removed';
COMMENT ON COLUMN review_incident.id          IS 'Number in the register, such as I-2026-0001: year in Paris of its opening, then a count';
COMMENT ON COLUMN review_incident.finding     IS 'Finding of the monthly review that was closed as this incident; null for others';
COMMENT ON COLUMN review_incident.detected_ms IS 'Instant of the detection, from which its clocks run, ms since 1970 UTC';
COMMENT ON COLUMN review_incident.closed_ms   IS 'Instant it was closed, ms since 1970 UTC; null while it is open';
COMMENT ON COLUMN review_incident.body        IS 'Facts, notices and decisions, as services/review/incident.ts has them';
