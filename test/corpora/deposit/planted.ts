/** Files with invented identifiers, one suspicious column or two each: they must be held, each for its own reason. */
import { type Case, detected } from './case.ts'

const columnOf = (name: string, type = 'string') => [{ name, type }]

export const planted: readonly Case[] = [
  {
    ...{ file: 'nir-spaced-1252.csv', by: 'pandas', rows: 'french', more: columnOf('reference') },
    findings: [detected, ['identifier.nir', 'reference', 2, 24]],
  },
  {
    ...{ file: 'nir-integer.parquet', by: 'pyarrow', rows: 'french', more: columnOf('c7', 'integer') },
    findings: [['identifier.nir', 'c7', 1, 24]],
  },
  {
    ...{ file: 'nir-in-text.ndjson', by: 'pandas', rows: 'french', more: columnOf('motif') },
    findings: [['identifier.nir', 'motif', 1, 24]],
  },
  {
    ...{ file: 'ins-oid-utf16.csv', by: 'pandas', rows: 'french', more: columnOf('ident') },
    findings: [detected, ['identifier.nir', 'ident', 2, 24], ['identifier.ins', 'ident', 2, 24]],
  },
  {
    ...{ file: 'phones-tab.csv', by: 'pandas', rows: 'french', more: columnOf('contact') },
    findings: [['identifier.phone', 'contact', 2, 24]],
  },
  {
    ...{ file: 'phones-integer.parquet', by: 'fastparquet', rows: 'french' },
    more: columnOf('tel_domicile', 'integer'),
    findings: [
      ['identifier.phone', 'tel_domicile', 1, 24],
      ['identifier.patient', 'tel_domicile', 1, 24],
    ],
  },
  {
    ...{ file: 'emails-utf16be.csv', by: 'pandas', rows: 'french', more: columnOf('zone') },
    findings: [detected, ['identifier.email', 'zone', 2, 24]],
  },
  {
    ...{ file: 'emails-in-text.arrows', by: 'pyarrow', rows: 'french', more: columnOf('suite') },
    findings: [['identifier.email', 'suite', 1, 24]],
  },
  {
    ...{ file: 'names-polars.parquet', by: 'polars', rows: 'french', more: columnOf('c7') },
    findings: [['identifier.name', 'c7', 1, 24]],
  },
  {
    ...{ file: 'names-upper-1252.csv', by: 'pandas', rows: 'french', more: columnOf('nom_naissance') },
    findings: [detected, ['identifier.name', 'nom_naissance', 2, 24]],
  },
  {
    ...{ file: 'addresses-latin1.csv', by: 'pandas', rows: 'latin', more: columnOf('lieu') },
    findings: [detected, ['identifier.address', 'lieu', 2, 24]],
  },
  {
    ...{ file: 'ipp.ndjson', by: 'pandas', rows: 'french', more: columnOf('IPP', 'integer') },
    findings: [['identifier.patient', 'IPP', 1, 24]],
  },
  {
    ...{ file: 'patient-numbers.parquet', by: 'pyarrow', rows: 'french', more: columnOf('c7', 'integer') },
    findings: [['identifier.patient', 'c7', 1, 24]],
  },
  {
    ...{ file: 'notes.parquet', by: 'fastparquet', rows: 'french', more: columnOf('suite') },
    findings: [['identifier.text', 'suite', 1, 24]],
  },
  {
    ...{ file: 'office-planted.csv', by: 'office', rows: 'french' },
    more: [{ name: 'dossier' }, { name: 'portable' }],
    findings: [detected, ['identifier.nir', 'dossier', 2, 24], ['identifier.phone', 'portable', 2, 24]],
  },
  {
    ...{ file: 'fhir-notes.ndjson', by: 'python', count: 24 },
    fields: [
      { name: 'patient_id', role: 'unit' },
      { name: 'gender' },
      { name: 'birth_year', type: 'integer' },
    ],
    findings: [['identifier.text', 'gender', 1, 24]],
  },
]
