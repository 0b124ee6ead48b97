-- Changes of the rules: who proposed a bundle and who approved it. The acts are in the log; nothing here is trusted without them.

CREATE TABLE habilitation_policy (
  sha256            text   NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  previous          text   NOT NULL CHECK (previous ~ '^[0-9a-f]{64}$'),
  changed           jsonb  NOT NULL,
  reason            text   NOT NULL,
  checked           boolean NOT NULL,
  proposed_issuer   text   NOT NULL,
  proposed_subject  text   NOT NULL,
  proposed_ms       bigint NOT NULL,
  proposed_log      text   NOT NULL,
  proposed_seq      bigint NOT NULL,
  approved_issuer   text,
  approved_subject  text,
  approved_ms       bigint,
  approved_log      text,
  approved_seq      bigint,
  PRIMARY KEY (proposed_log, proposed_seq),
  CHECK (num_nulls(approved_issuer, approved_subject, approved_ms, approved_log, approved_seq) IN (0, 5)),
  CHECK (approved_issuer <> proposed_issuer OR approved_subject <> proposed_subject)
);
CREATE UNIQUE INDEX habilitation_policy_pending ON habilitation_policy (sha256) WHERE approved_ms IS NULL;
COMMENT ON TABLE  habilitation_policy                  IS 'Bundles of rules that somebody proposed to put in force';
COMMENT ON COLUMN habilitation_policy.sha256           IS 'SHA-256 of the index of the bundle; its texts are in the folder kept';
COMMENT ON COLUMN habilitation_policy.previous         IS 'The bundle that was in force when it was proposed';
COMMENT ON COLUMN habilitation_policy.changed          IS 'Paths that differ between the two';
COMMENT ON COLUMN habilitation_policy.reason           IS 'Why, in the words of who proposed it';
COMMENT ON COLUMN habilitation_policy.checked          IS 'Whether this version could read it and all its cases held';
COMMENT ON COLUMN habilitation_policy.proposed_issuer  IS 'Issuer of who proposed it';
COMMENT ON COLUMN habilitation_policy.proposed_subject IS 'Subject of who proposed it';
COMMENT ON COLUMN habilitation_policy.proposed_ms      IS 'Instant of the proposal, ms since 1970 UTC';
COMMENT ON COLUMN habilitation_policy.proposed_log     IS 'Origin of the audit log that holds the entry of the proposal';
COMMENT ON COLUMN habilitation_policy.proposed_seq     IS 'Sequence number of that entry';
COMMENT ON COLUMN habilitation_policy.approved_issuer  IS 'Issuer of the second person; null until there is one';
COMMENT ON COLUMN habilitation_policy.approved_subject IS 'Subject of the second person';
COMMENT ON COLUMN habilitation_policy.approved_ms      IS 'Instant of the approval, ms since 1970 UTC';
COMMENT ON COLUMN habilitation_policy.approved_log     IS 'Origin of the audit log that holds the entry of the approval';
COMMENT ON COLUMN habilitation_policy.approved_seq     IS 'Sequence number of that entry';
