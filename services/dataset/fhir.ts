/**
 * FHIR resources (R4, with the names of R5 where they differ) as flat tables: which columns a type has, and where each
 * stands in the JSON. A closed list on purpose: what is not here is never read. Names, telecoms, addresses, identifiers,
 * narratives, notes and free text are in no view. Pure.
 */
import type { Field } from './descriptor.ts'
import { text } from './quote.ts'

/** How a value is taken from the document; `paths` are tried in order. */
type Taken = 'text' | 'reference' | 'date' | 'datetime' | 'year' | 'present'

export interface FhirColumn {
  readonly name: string
  readonly type: Field['type']
  readonly taken: Taken
  readonly paths: readonly string[]
  /** The type that a reference leads to. */
  readonly to?: string
}

const plain = (name: string, ...paths: string[]): FhirColumn => ({
  name,
  type: 'string',
  taken: 'text',
  paths,
})
const typed = (column: FhirColumn, type: Field['type']): FhirColumn => ({ ...column, type })
const instant = (name: string, ...paths: string[]): FhirColumn => ({
  name,
  type: 'datetime',
  taken: 'datetime',
  paths,
})
const reference = (name: string, to: string, ...paths: string[]): FhirColumn => ({
  name,
  type: 'string',
  taken: 'reference',
  paths,
  to,
})

/** The first coding of a concept, as in R4 (`code`) and in R5 (`code.concept`). */
const coding = (name: string, path: string): FhirColumn =>
  plain(name, `${path}.coding[0].code`, `${path}.concept.coding[0].code`)
const codeAndSystem = (path: string): FhirColumn[] => [
  coding('code', path),
  plain('code_system', `${path}.coding[0].system`, `${path}.concept.coding[0].system`),
]

const patient = reference('patient_id', 'Patient', 'subject.reference', 'patient.reference')
const encounter = reference('encounter_id', 'Encounter', 'encounter.reference', 'context.reference')
const status = plain('status', 'status')

/** Type of resource → its columns. The first one is the resource's own id. */
export const fhirViews: Readonly<Record<string, readonly FhirColumn[]>> = {
  Patient: [
    plain('patient_id', 'id'),
    plain('gender', 'gender'),
    { name: 'birth_date', type: 'date', taken: 'date', paths: ['birthDate'] },
    { name: 'birth_year', type: 'integer', taken: 'year', paths: ['birthDate'] },
    { name: 'deceased', type: 'boolean', taken: 'present', paths: ['deceasedBoolean', 'deceasedDateTime'] },
    instant('deceased_at', 'deceasedDateTime'),
  ],
  Encounter: [
    plain('encounter_id', 'id'),
    patient,
    status,
    plain('class_code', 'class.code', 'class[0].coding[0].code'),
    coding('type_code', 'type[0]'),
    instant('start_at', 'period.start', 'actualPeriod.start'),
    instant('end_at', 'period.end', 'actualPeriod.end'),
    plain(
      'admit_source',
      'hospitalization.admitSource.coding[0].code',
      'admission.admitSource.coding[0].code',
    ),
    plain(
      'discharge_disposition',
      'hospitalization.dischargeDisposition.coding[0].code',
      'admission.dischargeDisposition.coding[0].code',
    ),
    reference('organization_id', 'Organization', 'serviceProvider.reference'),
  ],
  Condition: [
    plain('condition_id', 'id'),
    patient,
    encounter,
    coding('clinical_status', 'clinicalStatus'),
    coding('verification_status', 'verificationStatus'),
    coding('category', 'category[0]'),
    ...codeAndSystem('code'),
    instant('onset_at', 'onsetDateTime', 'onsetPeriod.start'),
    instant('abatement_at', 'abatementDateTime', 'abatementPeriod.end'),
    instant('recorded_at', 'recordedDate'),
  ],
  Observation: [
    plain('observation_id', 'id'),
    patient,
    encounter,
    status,
    coding('category', 'category[0]'),
    ...codeAndSystem('code'),
    instant('effective_at', 'effectiveDateTime', 'effectiveInstant', 'effectivePeriod.start'),
    typed(plain('value_number', 'valueQuantity.value', 'valueInteger'), 'number'),
    plain('value_unit', 'valueQuantity.code', 'valueQuantity.unit'),
    coding('value_code', 'valueCodeableConcept'),
    typed(plain('value_boolean', 'valueBoolean'), 'boolean'),
  ],
  Procedure: [
    plain('procedure_id', 'id'),
    patient,
    encounter,
    status,
    ...codeAndSystem('code'),
    instant(
      'start_at',
      'performedDateTime',
      'performedPeriod.start',
      'occurrenceDateTime',
      'occurrencePeriod.start',
    ),
    instant('end_at', 'performedPeriod.end', 'occurrencePeriod.end'),
  ],
  MedicationRequest: [
    plain('medication_request_id', 'id'),
    patient,
    encounter,
    status,
    plain('intent', 'intent'),
    plain('code', 'medicationCodeableConcept.coding[0].code', 'medication.concept.coding[0].code'),
    plain('code_system', 'medicationCodeableConcept.coding[0].system', 'medication.concept.coding[0].system'),
    instant('authored_at', 'authoredOn'),
  ],
}

/** Text at the first path that has one. */
function textAt({ paths }: FhirColumn): string {
  return `COALESCE(${paths.map((path) => `doc ->> ${text(`$.${path}`)}`).join(', ')})`
}

/** Whether a column may hold a date of which the document knows the year or the month only. */
export function isDated({ taken }: FhirColumn): boolean {
  return taken === 'date' || taken === 'datetime'
}

/** The date of a column as it stands, whole or not. */
export const datedText = textAt

/**
 * The raw value of a column. An instant is the clock of the place of care, as it is written: its offset is left out, and
 * with it what is beyond the microsecond. A date without its day is no date.
 */
export function fhirValue(column: FhirColumn): string {
  const found = textAt(column)
  switch (column.taken) {
    case 'text':
      return found
    case 'reference':
      return `NULLIF(COALESCE(
        NULLIF(regexp_extract(${found}, '(?:^|/)${column.to}/([A-Za-z0-9.-]{1,64})(?:/_history/.*)?$', 1), ''),
        regexp_extract(${found}, '^urn:uuid:([0-9a-f-]{36})$', 1)), '')`
    case 'date':
      return `CASE WHEN length(${found}) >= 10 THEN substr(${found}, 1, 10) END`
    case 'datetime':
      return `CASE WHEN length(${found}) >= 10
        THEN regexp_replace(regexp_replace(${found}, '(Z|[+-][0-9]{2}:[0-9]{2})$', ''), '([.][0-9]{6})[0-9]+$', '\\1') END`
    case 'year':
      return `substr(${found}, 1, 4)`
    case 'present':
      return `CASE WHEN ${found} = 'false' THEN 'false' WHEN ${found} IS NOT NULL THEN 'true' END`
  }
}
