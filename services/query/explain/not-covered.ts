/** What the guarantee does not cover (disclosure.md 1). Stable names, sent with every answer; docs/disclosure.md explains each. */
export const notCovered = [
  'homogeneous_groups',
  'prior_knowledge',
  'sharp_threshold',
  'calendar_days',
  'successive_answers',
  'many_cells',
  'shaped_measures',
  'other_projects',
  'time_taken',
  'host',
] as const
