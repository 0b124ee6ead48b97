/** A catalogue whose columns say what they are, for what a request asks of it. */
import type { ColumnFacts, DatasetFacts, Datasets } from '../../services/habilitation/lines.ts'

function table(about: Readonly<Record<string, ColumnFacts>>, kind: 'personal' | 'public' = 'personal') {
  return { class: kind, columns: Object.keys(about), about }
}

const text = { type: 'string' }

const all: readonly DatasetFacts[] = [
  {
    ...{ name: 'pmsi-demo', holder: 'chu-rouen', kind: 'personal', k: 11 },
    tables: {
      patients: table({
        patient_id: { ...text, role: 'unit' },
        department: text,
        sex: text,
        birth: { type: 'date', role: 'quasi-identifier', quasiIdentifier: 'NAISSANCE_MOIS_ANNEE' },
        commune: { ...text, role: 'quasi-identifier', quasiIdentifier: 'COMMUNE_RESIDENCE' },
        job: { ...text, role: 'quasi-identifier' },
        height: { type: 'integer', role: 'quasi-identifier', bounds: [100, 219] },
      }),
      stays: table({
        stay_id: { ...text, role: 'key' },
        patient_id: { ...text, role: 'unit' },
        admission_date: text,
      }),
      hospitals: table({ finess: text, town: text }, 'public'),
    },
  },
  {
    ...{ name: 'beds-demo', holder: 'chu-rouen', kind: 'non-personal', k: 3, entity: 'establishment' },
    tables: {
      beds: table({ finess: { ...text, role: 'unit' }, beds: { type: 'integer' } }),
      wards: table(
        { ward: text, head_birth: { type: 'date', quasiIdentifier: 'NAISSANCE_MOIS_ANNEE' } },
        'public',
      ),
    },
  },
  {
    ...{ name: 'shifts-demo', holder: 'gh-havre', kind: 'personal', k: 11, entity: 'staff' },
    tables: { shifts: table({ nurse: { ...text, role: 'unit' }, ward: text }) },
  },
]

export const facts: ReadonlyMap<string, DatasetFacts> = new Map(all.map((one) => [one.name, one]))

/** Takes every filter. */
export const datasets: Datasets = {
  facts: async (name) => facts.get(name) ?? null,
  checkFilter: async () => null,
}
