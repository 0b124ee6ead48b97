/** Step 3, the data: lines with their tables and columns, and what singles people out among them. */
import { z } from 'zod'
import { code, day, everybody, field, filter, instruction, long, name } from './field.ts'

const justified = z.strictObject({ name, justification: long.optional() })

/**
 * Columns are `*`, names, or names with a justification each; all are read into names and, beside them, the
 * justifications by name, so that everything after reads one form.
 */
const table = z
  .strictObject({
    columns: z.union([
      z.literal('*'),
      z
        .array(z.union([name, justified]))
        .min(1)
        .max(10_000),
    ]),
    justifications: z.record(name, long).optional(),
    filter: filter.optional(),
  })
  .transform(({ columns, justifications = {}, filter: kept }) => {
    const listed = columns === '*' ? [] : columns.filter((one) => typeof one !== 'string')
    const said = new Map(Object.entries(justifications))
    for (const { name: column, justification = '' } of listed) said.set(column, justification)
    return {
      columns: columns === '*' ? columns : columns.map((one) => (typeof one === 'string' ? one : one.name)),
      ...(said.size > 0 && { justifications: Object.fromEntries(said) }),
      ...(kept !== undefined && { filter: kept }),
    }
  })

const lineAsked = z.strictObject({
  dataset: name,
  justification: long.optional(),
  population: z.strictObject({ table: name, filter }).optional(),
  tables: z.record(name, table).optional(),
  establishmentLevel: z.enum(['no', 'consented']).optional(),
  /** Whether checkers of the airlock may see, and let out, cells that the rules withhold. */
  exact: z.enum(['no', 'checked']).optional(),
  period: z.strictObject({ from: day, until: day }).optional(),
  /** Years of history before the current one. */
  history: z.number().int().min(0).max(100).optional(),
  geography: z
    .strictObject({
      finest: z.enum(['commune', 'canton', 'departement', 'region', 'country']),
      codes: z.array(code).max(500).optional(),
    })
    .optional(),
  cohort: z
    .strictObject({
      origin: z.enum(['criteria', 'formed', 'mixed', 'whole-population']),
      inclusion: long.optional(),
      exclusion: long.optional(),
      reason: long.optional(),
    })
    .optional(),
  controls: long.optional(),
  relatives: long.optional(),
  expectedPersons: z.number().int().nonnegative().optional(),
  sizeReason: long.optional(),
  sampling: long.optional(),
  refresh: z.enum(['once', 'yearly', 'half-yearly', 'quarterly', 'other']).optional(),
})
export type LineAsked = z.infer<typeof lineAsked>

/** Which datasets, for when and where; never a justification, a filter or a number. */
function publicLines(value: unknown) {
  return z
    .array(
      z.object({ dataset: z.string(), period: z.unknown().optional(), geography: z.unknown().optional() }),
    )
    .catch([])
    .parse(value)
}

const scope = {
  lines: field(z.array(lineAsked).max(50), {
    ...{ step: 'data', light: true, required: true, seenBy: everybody, public: 'yes', part: publicLines },
    label: ['Données demandées', 'Data asked for'],
    help: [
      'Un jeu de données par ligne, ses tables, ses colonnes et pourquoi chacune. Demandez moins : le compteur dit ce que cela change.',
      'One dataset per line, its tables, its columns and why each. Ask for less: the meter says what it changes.',
    ],
  }),
  quasiIdentifiers: field(z.array(z.strictObject({ code, justification: long.optional() })), {
    ...{ step: 'data', seenBy: everybody, public: 'decided' },
    codes: ['quasi-identifiers'],
    when: ['Pour chaque identifiant potentiel demandé.', 'For each legal quasi-identifier asked for.'],
    label: ['Identifiants potentiels', 'Quasi-identifiers'],
    help: [
      'Chacun se justifie ; en demander plus d’un appelle une décision expresse.',
      'Each is justified; more than one calls for an explicit decision.',
    ],
  }),
  professionalIds: field(z.strictObject({ asked: z.boolean(), justification: long.optional() }), {
    ...{ step: 'data', seenBy: everybody, public: 'decided' },
    label: ['Identifiants de professionnels', 'Identifiers of professionals'],
    help: ['Ils ne sortent jamais, même chiffrés.', 'They never leave, even encrypted.'],
  }),
  linkage: field(
    z.strictObject({
      groups: z.array(z.array(name).min(2).max(50)).max(20),
      method: long.optional(),
    }),
    {
      ...{ step: 'data', light: true, seenBy: everybody, public: 'decided' },
      label: ['Appariement', 'Linkage'],
      help: [
        'Quels jeux sont appariés entre eux, et comment ; une liste vide pour aucun.',
        'Which datasets are linked, and how; an empty list for none.',
      ],
    },
  ),
  otherData: field(z.array(z.strictObject({ origin: long, basis: long })).max(50), {
    ...{ step: 'data', light: true, seenBy: everybody, public: 'decided' },
    label: ['Autres données', 'Other data'],
    help: [
      'Données apportées d’ailleurs : d’où, et par quel droit.',
      'Data brought from elsewhere: whence, and by what right.',
    ],
  }),
} as const

const conditions = {
  format: field(z.strictObject({ form: z.enum(['anonymised', 'pseudonymised']), reason: long.optional() }), {
    ...{ step: 'data', seenBy: everybody, public: 'decided' },
    label: ['Forme des données', 'Form of the data'],
    help: [
      'Anonymisées ; ou pseudonymisées, et pourquoi cela ne suffit pas autrement.',
      'Anonymised; or pseudonymised, and why less would not do.',
    ],
  }),
  tabulationPlan: field(z.array(long).max(200), {
    ...{ step: 'data', seenBy: everybody, public: 'decided' },
    label: ['Plan de tabulation', 'Tabulation plan'],
    help: ['Les tableaux attendus, un par ligne.', 'The tables that are expected, one per line.'],
  }),
  transfers: field(z.strictObject({ countries: z.array(code).max(50), basis: long.optional() }), {
    ...{ step: 'data', seenBy: instruction, public: 'decided' },
    label: ['Transferts hors de l’Union', 'Transfers outside the Union'],
    help: ['Une liste vide pour aucun.', 'An empty list for none.'],
  }),
  optOutException: field(z.strictObject({ asked: z.boolean(), justification: long.optional() }), {
    ...{ step: 'data', seenBy: instruction, public: 'yes' },
    label: ['Exception au droit d’opposition', 'Exception to the opt-out'],
    help: ['Seulement si une loi le permet ; citez-la.', 'Only where a law allows it; name it.'],
  }),
  informationOfPersons: field(long, {
    ...{ step: 'data', seenBy: instruction, public: 'decided' },
    label: ['Information des personnes', 'Information of persons'],
    help: ['Comment elles sont informées, ou pourquoi non.', 'How they are informed, or why not.'],
  }),
} as const

/** In the order of the page. */
export const dataFields = { ...scope, ...conditions } as const
