/** Steps 4 to 6: the team, duration and security, and what one commits to. */
import { z } from 'zod'
import { code, day, everybody, field, instruction, long, name, short } from './field.ts'

const person = z.strictObject({
  issuer: name,
  subject: name,
  profile: code,
  until: day.optional(),
  from: day.optional(),
  name: short.optional(),
  email: short.optional(),
  affiliation: short.optional(),
  employer: short.optional(),
  function: short.optional(),
  service: short.optional(),
})

const period = z.strictObject({ from: day, until: day })

const teamFields = {
  persons: field(z.array(person).max(500), {
    ...{ step: 'team', light: true, required: true, seenBy: instruction, public: 'no' },
    label: ['Personnes', 'Persons'],
    help: [
      'Qui travaillera sur les données ; chacune se forme et signe pour elle-même. Jamais publié.',
      'Who will work on the data; each trains and signs for herself. Never published.',
    ],
  }),
} as const

const durationFields = {
  accessPeriod: field(period, {
    ...{ step: 'duration', light: true, required: true, seenBy: everybody, public: 'yes', copied: false },
    label: ['Période d’accès', 'Access period'],
    help: ['Du premier au dernier jour, à Paris.', 'From the first to the last day, in Paris.'],
  }),
  storagePeriod: field(period, {
    ...{ step: 'duration', light: true, seenBy: everybody, public: 'yes', copied: false },
    label: ['Période de conservation', 'Storage period'],
    help: ['Elle compte dans la durée du permis.', 'It counts within the length of the permit.'],
  }),
  emergency: field(z.strictObject({ reason: long }), {
    ...{ step: 'duration', seenBy: everybody, public: 'decided', copied: false },
    label: ['Urgence', 'Emergency'],
    help: [
      'Un accès de 30 jours au plus, avant que tous les avis soient rendus.',
      'Access for at most 30 days, before every opinion is in.',
    ],
  }),
  spe: field(name, {
    ...{ step: 'duration', light: true, seenBy: instruction, public: 'yes' },
    label: ['Nœud de travail', 'Node of work'],
    help: ['L’environnement où les calculs sont faits.', 'The environment in which computing is done.'],
  }),
  technicalNeeds: field(long, {
    ...{ step: 'duration', light: true, seenBy: instruction, public: 'no' },
    label: ['Besoins techniques', 'Technical needs'],
    help: ['Mémoire, calculs longs, logiciels.', 'Memory, long runs, software.'],
  }),
  doors: field(z.array(code).max(10), {
    ...{ step: 'duration', light: true, seenBy: instruction, public: 'no' },
    label: ['Portes', 'Doors'],
    help: ['Par où interroger les données.', 'Through which the data are asked.'],
  }),
  safeguards: field(z.array(z.strictObject({ code, text: long.optional() })).max(20), {
    ...{ step: 'duration', light: true, seenBy: instruction, public: 'no', copied: false },
    label: ['Garanties', 'Safeguards'],
    help: ['Les attestations de sécurité, une par une.', 'The attestations of security, one by one.'],
  }),
  disclosure: field(z.strictObject({ mode: z.literal('guarded') }), {
    ...{ step: 'duration', light: true, required: true, seenBy: everybody, public: 'decided' },
    label: ['Protection des réponses', 'Protection of answers'],
    help: ['Le seul mode offert : « guarded ».', 'The only mode on offer: “guarded”.'],
  }),
  modelsTrained: field(z.strictObject({ trained: z.boolean(), plan: long.optional() }), {
    ...{ step: 'duration', light: true, seenBy: instruction, public: 'decided' },
    label: ['Modèles entraînés', 'Models trained'],
    help: ['Lesquels, et comment ils sortiraient.', 'Which, and how they would leave.'],
  }),
} as const

/** Which parties have said so, and whether there is an interest; its text may name persons. */
function partiesOf(value: unknown) {
  return z
    .array(z.object({ party: z.string(), none: z.boolean() }))
    .catch([])
    .parse(value)
}

const commitmentFields = {
  declarationsOfInterest: field(
    z.array(z.strictObject({ party: short, none: z.boolean(), text: long.optional() })).max(100),
    {
      ...{ step: 'commitment', seenBy: instruction, public: 'yes', part: partiesOf, copied: false },
      label: ['Déclarations d’intérêts', 'Declarations of interest'],
      help: [
        'Une par responsable, laboratoire et organisme : sans lien, ou lesquels. Elles sont publiées.',
        'One per controller, laboratory and organisation: none, or which. They are published.',
      ],
    },
  ),
  publicationPlan: field(long, {
    ...{ step: 'commitment', light: true, seenBy: instruction, public: 'decided' },
    label: ['Plan de publication', 'Publication plan'],
    help: ['Les résultats sont dus dans les 18 mois.', 'Results are due within 18 months.'],
  }),
  additional: field(long, {
    ...{ step: 'commitment', light: true, seenBy: instruction, public: 'no' },
    label: ['Autres informations', 'Further information'],
    help: ['Sans donnée personnelle.', 'Without personal data.'],
  }),
  feesAccepted: field(z.boolean(), {
    ...{ step: 'commitment', light: true, seenBy: instruction, public: 'no', copied: false },
    label: ['Frais acceptés', 'Fees accepted'],
    help: ['Vous acceptez les frais annoncés.', 'You accept the fees announced.'],
  }),
  truthful: field(z.boolean(), {
    ...{ step: 'commitment', light: true, seenBy: instruction, public: 'no', copied: false },
    label: ['Sincérité', 'Truthfulness'],
    help: ['Ce que dit cette demande est exact.', 'What this request says is true.'],
  }),
} as const

/** In the order of the pages. */
export const endFields = { ...teamFields, ...durationFields, ...commitmentFields } as const
