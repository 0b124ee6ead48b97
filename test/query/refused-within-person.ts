import type { Code } from '../../services/kernel/refusal.ts'

/** What stays refused of the forms that are read within one person: code, the part at fault, the statement, the hint. */
export const refusedWithinPerson: readonly (readonly [Code, string, string, string?])[] = [
  ['IDENTIFIER_COMPUTED', 'patient_id', 'SELECT ward, max(patient_id) FROM stays GROUP BY ward'],
  [
    'IDENTIFIER_COMPUTED',
    'stay_id',
    'SELECT count(*) FROM (SELECT patient_id, list(stay_id) AS l FROM stays GROUP BY patient_id)',
  ],
  [
    'IDENTIFIER_COMPARED',
    'last',
    "SELECT count(*) FROM (SELECT patient_id, max(stay_id) AS last FROM stays GROUP BY patient_id) WHERE last > 's1'",
  ],
  [
    'IDENTIFIER_OUTPUT',
    'last',
    'SELECT last, count(*) FROM (SELECT patient_id, max(stay_id) AS last FROM stays GROUP BY patient_id) GROUP BY last',
  ],
  [
    'COLUMN_RESTRICTED',
    '>',
    'SELECT count(*) FROM patients p WHERE (SELECT max(x.income) FROM patients x WHERE x.patient_id = p.patient_id AND x.birth_year <= p.birth_year) > 5',
  ],
  [
    'COLUMN_RESTRICTED',
    'c',
    'SELECT (SELECT max(x.commune) FROM patients x WHERE x.patient_id = p.patient_id AND x.birth_year <= p.birth_year) AS c, count(*) FROM patients p GROUP BY c',
  ],
  [
    'CROSS_PATIENT_SUBQUERY',
    'max',
    'SELECT count(*) FROM patients p WHERE (SELECT max(s.cost) FROM stays s WHERE s.entry_date < p.death_date) > 5',
    'hint.subqueryInFrom',
  ],
  [
    'CROSS_PATIENT_SUBQUERY',
    'max',
    'SELECT count(*) FROM patients p WHERE (SELECT max(s.cost) FROM stays s WHERE s.patient_id = p.patient_id OR s.entry_date < p.death_date) > 5',
    'hint.subqueryInFrom',
  ],
]
