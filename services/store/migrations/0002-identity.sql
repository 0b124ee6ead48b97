-- Accounts of this node. Tokens carry no right: roles and organisation are read here, by (issuer, subject).

CREATE TABLE identity_organisation (
  id   text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text NOT NULL,
  kind text NOT NULL
);
COMMENT ON TABLE identity_organisation IS 'Organisations that persons belong to and that hold datasets';
COMMENT ON COLUMN identity_organisation.id IS 'Short name, such as chu-rouen';
COMMENT ON COLUMN identity_organisation.name IS 'Name shown to people';
COMMENT ON COLUMN identity_organisation.kind IS 'Code of the vocabulary of applicants, such as ETABLISSEMENT_SANTE';

CREATE TABLE identity_account (
  issuer            text NOT NULL,
  subject           text NOT NULL,
  display_name      text NOT NULL,
  organisation      text NOT NULL REFERENCES identity_organisation (id),
  roles             text[] NOT NULL,
  training_until_ms bigint,
  charter_until_ms  bigint,
  review_until_ms   bigint,
  PRIMARY KEY (issuer, subject)
);
COMMENT ON TABLE identity_account IS 'One row per person of an issuer; never linked by name or e-mail';
COMMENT ON COLUMN identity_account.issuer IS 'Configured name of the issuer; demo is the embedded one';
COMMENT ON COLUMN identity_account.subject IS 'The sub claim of the issuer';
COMMENT ON COLUMN identity_account.display_name IS 'Name shown to people';
COMMENT ON COLUMN identity_account.organisation IS 'Organisation the person belongs to';
COMMENT ON COLUMN identity_account.roles IS 'What the account may do on this node; rights on data come from permits only';
COMMENT ON COLUMN identity_account.training_until_ms IS 'Training stands until this instant, ms since 1970 UTC; null: not held';
COMMENT ON COLUMN identity_account.charter_until_ms IS 'Signed charter stands until this instant, ms since 1970 UTC; null: not held';
COMMENT ON COLUMN identity_account.review_until_ms IS 'Yearly review stands until this instant, ms since 1970 UTC; null: not held';
