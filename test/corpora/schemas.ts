/** What the tables of the corpora are: whose rows, and who knows of whom. */
import type { Schema } from './world.ts'

export const hospital: Schema = {
  script: 'hospital.sql',
  unit: ['patient_id', 'person_id'],
  keys: { stay_id: 'stay_id', visit_occurrence_id: 'visit_occurrence_id' },
  persons: 'patients',
  unique: ['patients', 'deaths', 'person', 'observation_period'],
  open: [
    ...['departments', 'communes', 'hospitals', 'population', 'standard', 'charlson', 'drugs', 'calendar'],
    ...['concept', 'concept_ancestor'],
  ],
}

export const tpch: Schema = {
  script: 'tpch.sql',
  unit: ['c_custkey', 'o_custkey'],
  keys: { o_orderkey: 'o_orderkey', l_orderkey: 'o_orderkey' },
  persons: 'customer',
  unique: ['customer'],
  open: ['part', 'supplier', 'partsupp', 'nation', 'region'],
  through: {
    lineitem: 'JOIN orders o ON o.o_orderkey = t.l_orderkey JOIN pix p ON p.id = o.o_custkey',
  },
}

export const icu: Schema = {
  script: 'icu.sql',
  unit: ['subject_id'],
  keys: { hadm_id: 'hadm_id', stay_id: 'stay_id', specimen_id: 'specimen_id' },
  persons: 'patients',
  unique: ['patients'],
  open: ['d_items', 'd_labitems'],
}
