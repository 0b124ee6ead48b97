/** The nearest accepted form of what each code refuses, over the tables of the demo. docs/errors.md shows the same. */
import type { Code } from '../../kernel/refusal.ts'

const forms: Partial<Readonly<Record<Code, string>>> = {
  ONE_STATEMENT: 'SELECT count(*) FROM patients',
  STATEMENT_NOT_ALLOWED: 'SELECT sex, count(*) FROM patients GROUP BY sex',
  COST: 'SELECT count(*) FROM stays s JOIN patients p ON p.patient_id = s.patient_id',
  IDENTIFIER_OUTPUT: 'SELECT count(DISTINCT patient_id) FROM stays',
  IDENTIFIER_COMPARED: 'SELECT count(*) FROM stays s JOIN patients p ON p.patient_id = s.patient_id',
  IDENTIFIER_COMPUTED: 'SELECT count(DISTINCT patient_id) FROM stays',
  ROW_LEVEL: 'SELECT sex, count(*) FROM patients GROUP BY sex',
  ROW_LIMIT: 'SELECT ward, count(*) AS n FROM stays GROUP BY ward ORDER BY n DESC LIMIT 10',
  SAMPLE: "SELECT count(*) FROM stays WHERE admission_date >= DATE '2024-01-01'",
  CROSS_PATIENT_JOIN: 'SELECT count(*) FROM stays a JOIN stays b ON a.patient_id = b.patient_id',
  JOIN_NOT_ALLOWED: 'SELECT count(*) FROM patients p LEFT JOIN stays s ON s.patient_id = p.patient_id',
  CROSS_PATIENT_SUBQUERY:
    'SELECT count(*) FROM patients p WHERE EXISTS (SELECT 1 FROM stays s WHERE s.patient_id = p.patient_id)',
  CROSS_PATIENT_WINDOW:
    'SELECT ward, count(*) FROM (SELECT ward, row_number() OVER (PARTITION BY patient_id ORDER BY admission_date) AS rank FROM stays) WHERE rank = 1 GROUP BY ward',
  SET_OPERATION:
    'SELECT ward, count(*) AS n FROM stays GROUP BY ward UNION ALL SELECT sex, count(*) FROM patients GROUP BY sex',
  RECURSION:
    'SELECT ward, count(*) FROM (SELECT ward, row_number() OVER (PARTITION BY patient_id ORDER BY admission_date) AS rank FROM stays) WHERE rank <= 3 GROUP BY ward',
  AGG_NOT_ALLOWED: 'SELECT ward, avg(cost_eur) FROM stays GROUP BY ward',
}

/** Nothing where the way out depends on the text: then the hint says it. */
export function acceptedForm(code: Code): string | undefined {
  return forms[code]
}
