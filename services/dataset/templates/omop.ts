/**
 * The descriptor of OMOP CDM 5.4 deposits. Left out on purpose: `person_source_value` (the number of the hospital),
 * `unique_device_id` and `production_id` (they name one implant), the tables of notes, locations and providers. Pure.
 */
import type { DescriptorText } from '../descriptor.ts'

type FieldText = DescriptorText['resources'][number]['schema']['fields'][number]

const types = { i: 'integer', n: 'number', s: 'string', d: 'date', t: 'datetime' } as const

/** Columns that say who somebody is, or more of them than a plain column does. */
const roles: Readonly<Record<string, 'quasi-identifier' | 'sensitive'>> = {
  year_of_birth: 'quasi-identifier',
  month_of_birth: 'quasi-identifier',
  day_of_birth: 'quasi-identifier',
  birth_datetime: 'quasi-identifier',
  location_id: 'quasi-identifier',
  race_concept_id: 'sensitive',
  race_source_value: 'sensitive',
  race_source_concept_id: 'sensitive',
  ethnicity_concept_id: 'sensitive',
  ethnicity_source_value: 'sensitive',
  ethnicity_source_concept_id: 'sensitive',
  death_date: 'sensitive',
  death_datetime: 'sensitive',
}

/** Keys that several tables share, and the table that they lead to. */
const links: Readonly<Record<string, string>> = {
  person_id: 'person',
  visit_occurrence_id: 'visit_occurrence',
  preceding_visit_occurrence_id: 'visit_occurrence',
  visit_detail_id: 'visit_detail',
  preceding_visit_detail_id: 'visit_detail',
  parent_visit_detail_id: 'visit_detail',
}

/** One column: its name, the letter of its type, `!` where the model wants a value. The first one is the primary key. */
const tables: Readonly<Record<string, string>> = {
  person: `person_id i!, gender_concept_id i!, year_of_birth i!, month_of_birth i, day_of_birth i, birth_datetime t,
    race_concept_id i!, ethnicity_concept_id i!, location_id i, provider_id i, care_site_id i, gender_source_value s,
    gender_source_concept_id i, race_source_value s, race_source_concept_id i, ethnicity_source_value s,
    ethnicity_source_concept_id i`,
  observation_period: `observation_period_id i!, person_id i!, observation_period_start_date d!,
    observation_period_end_date d!, period_type_concept_id i!`,
  visit_occurrence: `visit_occurrence_id i!, person_id i!, visit_concept_id i!, visit_start_date d!,
    visit_start_datetime t, visit_end_date d!, visit_end_datetime t, visit_type_concept_id i!, provider_id i,
    care_site_id i, visit_source_value s, visit_source_concept_id i, admitted_from_concept_id i,
    admitted_from_source_value s, discharged_to_concept_id i, discharged_to_source_value s,
    preceding_visit_occurrence_id i`,
  visit_detail: `visit_detail_id i!, person_id i!, visit_detail_concept_id i!, visit_detail_start_date d!,
    visit_detail_start_datetime t, visit_detail_end_date d!, visit_detail_end_datetime t,
    visit_detail_type_concept_id i!, provider_id i, care_site_id i, visit_detail_source_value s,
    visit_detail_source_concept_id i, admitted_from_concept_id i, admitted_from_source_value s,
    discharged_to_source_value s, discharged_to_concept_id i, preceding_visit_detail_id i, parent_visit_detail_id i,
    visit_occurrence_id i!`,
  condition_occurrence: `condition_occurrence_id i!, person_id i!, condition_concept_id i!, condition_start_date d!,
    condition_start_datetime t, condition_end_date d, condition_end_datetime t, condition_type_concept_id i!,
    condition_status_concept_id i, stop_reason s, provider_id i, visit_occurrence_id i, visit_detail_id i,
    condition_source_value s, condition_source_concept_id i, condition_status_source_value s`,
  drug_exposure: `drug_exposure_id i!, person_id i!, drug_concept_id i!, drug_exposure_start_date d!,
    drug_exposure_start_datetime t, drug_exposure_end_date d!, drug_exposure_end_datetime t, verbatim_end_date d,
    drug_type_concept_id i!, stop_reason s, refills i, quantity n, days_supply i, sig s, route_concept_id i,
    lot_number s, provider_id i, visit_occurrence_id i, visit_detail_id i, drug_source_value s,
    drug_source_concept_id i, route_source_value s, dose_unit_source_value s`,
  procedure_occurrence: `procedure_occurrence_id i!, person_id i!, procedure_concept_id i!, procedure_date d!,
    procedure_datetime t, procedure_end_date d, procedure_end_datetime t, procedure_type_concept_id i!,
    modifier_concept_id i, quantity i, provider_id i, visit_occurrence_id i, visit_detail_id i,
    procedure_source_value s, procedure_source_concept_id i, modifier_source_value s`,
  device_exposure: `device_exposure_id i!, person_id i!, device_concept_id i!, device_exposure_start_date d!,
    device_exposure_start_datetime t, device_exposure_end_date d, device_exposure_end_datetime t,
    device_type_concept_id i!, quantity i, provider_id i, visit_occurrence_id i, visit_detail_id i,
    device_source_value s, device_source_concept_id i, unit_concept_id i, unit_source_value s,
    unit_source_concept_id i`,
  measurement: `measurement_id i!, person_id i!, measurement_concept_id i!, measurement_date d!,
    measurement_datetime t, measurement_time s, measurement_type_concept_id i!, operator_concept_id i,
    value_as_number n, value_as_concept_id i, unit_concept_id i, range_low n, range_high n, provider_id i,
    visit_occurrence_id i, visit_detail_id i, measurement_source_value s, measurement_source_concept_id i,
    unit_source_value s, unit_source_concept_id i, value_source_value s, measurement_event_id i,
    meas_event_field_concept_id i`,
  observation: `observation_id i!, person_id i!, observation_concept_id i!, observation_date d!,
    observation_datetime t, observation_type_concept_id i!, value_as_number n, value_as_string s,
    value_as_concept_id i, qualifier_concept_id i, unit_concept_id i, provider_id i, visit_occurrence_id i,
    visit_detail_id i, observation_source_value s, observation_source_concept_id i, unit_source_value s,
    qualifier_source_value s, value_source_value s, observation_event_id i, obs_event_field_concept_id i`,
  death: `person_id i!, death_date d!, death_datetime t, death_type_concept_id i, cause_concept_id i,
    cause_source_value s, cause_source_concept_id i`,
  condition_era: `condition_era_id i!, person_id i!, condition_concept_id i!, condition_era_start_date d!,
    condition_era_end_date d!, condition_occurrence_count i`,
  drug_era: `drug_era_id i!, person_id i!, drug_concept_id i!, drug_era_start_date d!, drug_era_end_date d!,
    drug_exposure_count i, gap_days i`,
  care_site: `care_site_id i!, care_site_name s, place_of_service_concept_id i, location_id i,
    care_site_source_value s, place_of_service_source_value s`,
  concept: `concept_id i!, concept_name s!, domain_id s!, vocabulary_id s!, concept_class_id s!, standard_concept s,
    concept_code s!, valid_start_date d!, valid_end_date d!, invalid_reason s`,
  concept_ancestor: `ancestor_concept_id i!, descendant_concept_id i!, min_levels_of_separation i!,
    max_levels_of_separation i!`,
}

/** Tables that say nothing of a person. */
const isPublic = new Set(['care_site', 'concept', 'concept_ancestor'])

function fieldFor(column: string, of: { readonly table: string; readonly isKey: boolean }): FieldText {
  const [name = '', letter = 's'] = column.trim().split(/\s+/)
  const type = types[letter.charAt(0) as keyof typeof types]
  const constraints = letter.endsWith('!') ? { constraints: { required: true } } : {}
  if (isPublic.has(of.table)) return { name, type, ...constraints }
  const key = of.isKey || name in links ? 'key' : roles[name]
  const role = name === 'person_id' ? 'unit' : key
  return { name, type, ...(role === undefined ? {} : { role }), ...constraints }
}

function resourceFor(table: string, columns: string): DescriptorText['resources'][number] {
  const fields = columns.split(',').map((column, index) => fieldFor(column, { table, isKey: index === 0 }))
  const [own] = fields
  const linked = isPublic.has(table) ? [] : fields.filter(({ name }) => name in links)
  return {
    name: table,
    title: `OMOP CDM 5.4 ${table}`,
    ...(isPublic.has(table) ? { class: 'public' } : {}),
    schema: {
      primaryKey:
        table === 'concept_ancestor' ? fields.slice(0, 2).map(({ name }) => name) : [own?.name ?? ''],
      foreignKeys: linked
        .filter(({ name }) => !(name === own?.name && links[name] === table))
        .map(({ name }) => {
          const resource = links[name] ?? ''
          return { fields: [name], reference: { resource, fields: [`${resource}_id`] } }
        }),
      fields,
    },
  }
}

export const omopResources: DescriptorText['resources'] = Object.entries(tables).map(([table, columns]) =>
  resourceFor(table, columns),
)
