/**
 * Three worlds that differ by one person only, whom an attacker knows: born in 1905, from region r13. She is not there, she is
 * there, or she is there with other values in all that the attacker does not know.
 */
import { type Cohort, makeCohort } from '../property/cohort.ts'

const others = makeCohort(21, 220)

const target = { pid: 'T0', sex: 'M', region: 'r13', born: 1905 }
const stay = { sid: 'S90001', pid: 'T0', day: 401, hours: 1 }

export const absent: Cohort = others

export const present: Cohort = {
  ...others,
  persons: [...others.persons, { ...target, score: 8888.25 }],
  stays: [...others.stays, { ...stay, ward: 'burn', cost: 7_777_777.5 }],
  events: [...others.events, { pid: 'T0', code: 'c19', value: 15 }],
}

export const twin: Cohort = {
  ...others,
  persons: [...others.persons, { ...target, score: 12.5 }],
  stays: [...others.stays, { ...stay, ward: 'psy', cost: 5_555_555.25 }],
  events: [...others.events, { pid: 'T0', code: 'c18', value: 11 }],
}

/** What only she has. */
export const planted: readonly unknown[] = [1905, 8888.25, 7_777_777.5, 401, 'T0', 'S90001', '8888.25']
