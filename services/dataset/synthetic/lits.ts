/** Beds of a territory, day by day and ward by ward: the second kind of project, whose units are establishments. */
import { days, epidemic, firstMonday, wave } from './calendar.ts'
import { at, bits, layered, word } from './draw.ts'
import { field, type Shape, type Size } from './shape.ts'

const wards = 4
const establishment = field('finess', { role: 'unit', title: 'Établissement (FINESS fictif)' })
const ward = field('unite_id', { role: 'key', title: 'Unité médicale' })
const day = field('date', { type: 'date' })
const ofEstablishment = { fields: ['finess'], reference: { resource: 'etablissements', fields: ['finess'] } }
const ofWard = { fields: ['unite_id'], reference: { resource: 'unites', fields: ['unite_id'] } }
const count = (name: string, title: string) =>
  field(name, { type: 'integer', bounds: [0, 1000], unit: 'lits', title })

const resources: Shape['resources'] = [
  {
    name: 'etablissements',
    title: 'Établissements',
    schema: {
      primaryKey: ['finess'],
      fields: [establishment, field('categorie'), field('code_geo', { title: 'Département' })],
    },
  },
  {
    name: 'unites',
    title: 'Unités médicales',
    schema: {
      primaryKey: ['unite_id'],
      foreignKeys: [ofEstablishment],
      fields: [ward, establishment, field('discipline')],
    },
  },
  {
    name: 'capacites',
    title: 'Lits installés et ouverts, par unité et par jour',
    schema: {
      primaryKey: ['unite_id', 'date'],
      foreignKeys: [ofWard],
      fields: [
        ward,
        establishment,
        day,
        count('lits_installes', 'Lits installés'),
        count('lits_ouverts', 'Lits ouverts'),
      ],
    },
  },
  {
    name: 'occupation',
    title: 'Lits occupés à minuit, entrées et sorties du jour qui suit',
    schema: {
      primaryKey: ['unite_id', 'date'],
      foreignKeys: [ofWard],
      fields: [
        ward,
        establishment,
        day,
        count('occupes', 'Lits occupés à minuit'),
        count('entrees', 'Entrées du jour'),
        count('sorties', 'Sorties du jour'),
        count('surnombre', 'Patients en surnombre'),
      ],
    },
  },
]

/** Establishments for so many ward-days: twelve for a territory, more for more rows, fewer for a sample. */
function establishmentsOf(rows: number): number {
  const many = Math.ceil(rows / (wards * days))
  return many > 12 ? many : Math.max(4, Math.min(12, Math.floor(rows / (wards * 90))))
}

/** Columns of ward `u`: its establishment, discipline and beds. Two establishments only have burns; one has most respiratory beds. */
function ofWardNumber(seed: number): readonly Readonly<Record<string, string>>[] {
  return [
    { e: `u // ${wards}`, w: `(u % ${wards})::INTEGER`, uw: word(seed, 'unites', 'u') },
    {
      finess: "'99' || printf('%07d', 100 + 11 * e)",
      unite_id: "'U' || printf('%06d', u)",
      fourth: `CASE WHEN e IN (0, 6) THEN 3 WHEN e % 4 = 3 THEN 4 WHEN e % 2 = 1 THEN 5 ELSE 6 END`,
    },
    { kind: 'CASE w WHEN 3 THEN fourth ELSE w END' },
    {
      discipline: at('kind', [
        'MEDECINE',
        'CHIRURGIE',
        'SMR',
        'BRULES',
        'SMR_RESPIRATOIRE',
        'OBSTETRIQUE',
        'REANIMATION',
      ]),
      lits_installes: `CASE WHEN kind = 4 AND e = 3 THEN 90 ELSE ${at('kind', [36, 28, 30, 8, 4, 16, 12])} + ${bits('uw', 0, 4)} % ${at('kind', [16, 16, 16, 4, 2, 8, 6])} END`,
    },
  ]
}

/**
 * Open beds on day `d`: about August a ward closes one bed in ten of medicine, one in four of surgery, one in eight of
 * rehabilitation, each a week earlier or later; the other disciplines close none.
 */
const open = (d: string) =>
  `(lits_installes - CASE WHEN kind < 3 AND month(${firstMonday} + (${d} + ${bits('uw', 4, 4)} - 8)::INTEGER) = 8
    THEN lits_installes // ${at('kind', [10, 4, 8])} ELSE 0 END)`

/** Thousandths of the open beds that are taken, by week, for wards that an epidemic fills. */
const winter = wave((week) => 2.6 * epidemic(week))
const weekly: readonly (readonly number[])[] = [
  [20, 26, 22, 16, 0, -32, -24],
  [10, 40, 46, 30, -10, -90, -80],
]

/** Beds taken at the midnight that begins day `d`: a level of the ward, week and weekday waves, noise of territory and ward. */
function occupied(seed: number, d: string): string {
  const level = at('kind', [840, 770, 900, 620, 860, 700, 800])
  const wavePart = `${at(`(${d} // 7)`, winter)} * ${at('kind', [10, 1, 3, 0, 6, 0, 8])} // 10`
  const weekday = `CASE kind WHEN 1 THEN ${at(`(${d} % 7)`, weekly[1] ?? [])} ELSE ${at(`(${d} % 7)`, weekly[0] ?? [])} END`
  const noise = (table: string, row: string, most: number) =>
    `((${bits(word(seed, table, row), 0, 10)} - 512) * ${most} // 512)`
  // From one Monday to the next in a straight line: busy days come in a row.
  const trend = `(${noise('semaine', `${d} // 7`, 30)} * (7 - ${d} % 7) + ${noise('semaine', `1 + ${d} // 7`, 30)} * (${d} % 7)) // 7`
  const noises = [trend, noise('territoire', d, 12), noise('unite', `concat_ws('/', u, ${d})`, 60)]
  const rate = `(${level} + (${wavePart}) + (${weekday}) + ${noises.join(' + ')})`
  return `least(${open(d)} * ${rate} // 1000, ${open(d)} + 2)`
}

function wardDays({ seed, rows }: Size): string {
  const many = establishmentsOf(rows) * wards
  return layered(
    `SELECT i, i % ${many} AS u, (i // ${many})::INTEGER AS d FROM range(${rows}) r(i)`,
    ...ofWardNumber(seed),
    { date: `${firstMonday} + d`, lits_ouverts: open('d') },
  )
}

/** Flows conserve: the beds taken tomorrow are those of today, plus who came, minus who left. */
function occupation(size: Size): string {
  return layered(
    wardDays(size),
    { occupes: occupied(size.seed, 'd'), demain: occupied(size.seed, '(d + 1)') },
    {
      // On top of what the difference asks for, up to a quarter of the ward changes in a day.
      sorties: `greatest(0, occupes - demain) + least(occupes, demain) * ${bits(word(size.seed, 'flux', "concat_ws('/', u, d)"), 0, 6)} // 256`,
    },
    { entrees: 'demain - occupes + sorties', surnombre: 'greatest(0, occupes - lits_ouverts)' },
  )
}

export const lits: Shape = {
  title: 'Lits d’un territoire : capacités et occupation par jour (données synthétiques)',
  main: 'occupation',
  resources,
  about: {
    kind: 'non-personal',
    entity: 'establishment',
    threshold: 3,
    keywords: ['lits', 'occupation', 'capacités', 'données synthétiques'],
  },
  rowsOf: (size) => {
    const many = establishmentsOf(size.rows)
    const units = layered(`SELECT i AS u FROM range(${many * wards}) r(i)`, ...ofWardNumber(size.seed))
    return {
      etablissements: layered(
        `SELECT i AS u FROM range(0, ${many * wards}, ${wards}) r(i)`,
        ...ofWardNumber(size.seed),
        {
          categorie: "CASE WHEN e IN (0, 6) THEN 'CHU' WHEN e % 3 = 2 THEN 'CLINIQUE' ELSE 'CH' END",
          code_geo: at('(e % 5)', ['76', '14', '27', '50', '61']),
        },
      ),
      unites: units,
      capacites: wardDays(size),
      occupation: occupation(size),
    }
  },
  totals: {
    lits_occupes_par_jour: { table: 'occupation', group: 'date', measure: 'sum(occupes)' },
    lits_ouverts_par_jour: { table: 'capacites', group: 'date', measure: 'sum(lits_ouverts)' },
    entrees_par_semaine: {
      table: 'occupation',
      group: "date_trunc('week', date)::DATE",
      measure: 'sum(entrees)',
    },
    unites_par_discipline: { table: 'unites', group: 'discipline', measure: 'count(*)' },
  },
}
