/** Requests of paul in states worth looking at, made once per home through the ordinary use-cases; none of them is alice's. */
import { pmsiDemo } from '../dataset/synthetic/pmsi-demo.ts'
import { actOn } from '../habilitation/act.ts'
import type { ActNeeds } from '../habilitation/change.ts'
import type { Command } from '../habilitation/commands.ts'
import { fold } from '../habilitation/fold.ts'
import { demoIssuer } from '../identity/demo-accounts.ts'
import type { Person } from '../identity/person.ts'
import { addDays, parisDay } from '../kernel/clock.ts'

/** A demo account by its subject. */
export type FindPerson = (subject: string) => Promise<Person>

type Act = readonly [subject: string, command: Command]

interface Seeded {
  /** Tells it from all others of paul; there, whatever became of it, it is not made again. */
  readonly routeReference: string
  readonly request: object
  readonly acts: readonly Act[]
}

/** The walk from a complete draft to an active project, each act by the person whose turn it is (contract, section 6). */
export const grantingActs: readonly Act[] = [
  ['paul', bare('submission')],
  ['lucie', { type: 'completeness', complete: true }],
  ['rouen', { type: 'countersignatures', dataset: pmsiDemo.name, decision: 'accept' }],
  ['claire', { type: 'decision', decision: 'grant', reasons: 'Démonstration', conditions: [] }],
  ['yves', bare('confirmation')],
  ['paul', bare('acceptance')],
]

/** A command without members; its type, as zod infers it, admits no member at all, not even `type`. */
function bare(type: 'submission' | 'confirmation' | 'acceptance'): Command {
  return { type } as Command
}

/** Makes what is not there yet. What an interrupted start left half done stays so: it is a state like another. */
export async function seedRequests(needs: ActNeeds, person: FindPerson): Promise<void> {
  const known = await needs.registry.list()
  const references = new Set(known.map(({ id, events }) => fold(id, events).request.routeReference))
  for (const { routeReference, request, acts } of requestsFrom(parisDay(needs.clock.now()))) {
    if (references.has(routeReference)) continue
    const opening = { type: 'opening', request: { ...request, routeReference } } as const
    const { id } = await actOn(needs, await person('paul'), { command: opening })
    for (const [subject, command] of acts) await actOn(needs, await person(subject), { id, command })
  }
}

function requestsFrom(today: string): readonly Seeded[] {
  return [underAssessment(today), draft(today), suspended(today)]
}

const common = {
  kind: 'PERSONAL_HEALTH',
  route: 'MR_004',
  persons: [{ issuer: demoIssuer, subject: 'paul', profile: 'analyst' }],
  prohibitions: 'none',
  disclosure: { mode: 'guarded' },
} as const

/** The committee has spoken, the DPO has asked something, the hospital has not signed yet. */
function underAssessment(today: string): Seeded {
  return {
    routeReference: 'DEMO-0002',
    request: {
      ...common,
      title: 'Réadmissions à trente jours après un séjour de cardiologie (démonstration)',
      summaryLay:
        'Après un séjour à l’hôpital pour le cœur, certaines personnes y reviennent dans le mois. Nous voulons compter ces retours, par âge et par lieu, pour aider les hôpitaux à mieux préparer les sorties. Les patients et les séjours de cette démonstration sont inventés ; personne n’est identifié, et aucun petit nombre ne sort.',
      publicInterest: 'Mieux préparer les sorties, et éviter des retours à l’hôpital.',
      aim: 'Mesurer la part des séjours de cardiologie suivis d’un autre séjour dans les trente jours.',
      purposes: ['SNDS-III-6'],
      objectives: [{ id: 'O1', label: 'Compter les réadmissions par âge et département' }],
      lines: [
        {
          dataset: pmsiDemo.name,
          justification: 'Les séjours et leurs dates ; l’âge et le département de la personne.',
          tables: {
            patients: { columns: ['patient_id', 'birth_year', 'department'] },
            stays: { columns: ['stay_id', 'patient_id', 'admission_date', 'discharge_date', 'ward'] },
          },
        },
      ],
      accessPeriod: { from: today, until: addDays(today, 180) },
    },
    acts: [
      ['paul', bare('submission')],
      ['lucie', { type: 'completeness', complete: true }],
      ['ines', { type: 'interests', none: true }],
      [
        'ines',
        {
          type: 'opinions',
          opinion: 'conditions',
          comment: 'Favorable, si l’âge est rendu par tranches de dix ans dans les résultats publiés.',
        },
      ],
      [
        'nadia',
        {
          type: 'comments',
          field: 'lines[0].tables',
          text: 'L’année de naissance exacte est-elle nécessaire, ou une tranche d’âge suffirait-elle ?',
          audience: 'applicant',
        },
      ],
    ],
  }
}

/** What a lead has when it comes back to its form: some pages done, some empty. */
function draft(today: string): Seeded {
  return {
    routeReference: 'DEMO-0003',
    request: {
      ...common,
      title: 'Durée des séjours en neurologie (démonstration)',
      aim: 'Décrire la durée des séjours en neurologie, par année.',
      purposes: ['SNDS-III-6'],
      lines: [
        {
          dataset: pmsiDemo.name,
          justification: '',
          tables: {
            stays: { columns: ['stay_id', 'patient_id', 'admission_date', 'discharge_date', 'ward'] },
          },
        },
      ],
      accessPeriod: { from: today, until: addDays(today, 90) },
    },
    acts: [],
  }
}

/** A project that ran and was stopped by the DPO, who may lift it with the authority. */
function suspended(today: string): Seeded {
  return {
    routeReference: 'DEMO-0004',
    request: {
      ...common,
      title: 'Patients par département (démonstration, suspendu)',
      summaryLay: 'Nous comptons des patients inventés, pour montrer comment un accès est suspendu.',
      publicInterest: 'Voir qu’un accès accordé peut être arrêté à tout moment.',
      aim: 'Compter les patients par sexe et par département.',
      purposes: ['SNDS-III-6'],
      objectives: [{ id: 'O1', label: 'Compter les patients' }],
      lines: [
        {
          dataset: pmsiDemo.name,
          justification: 'Le sexe et le département suffisent.',
          tables: { patients: { columns: ['sex', 'department'] } },
        },
      ],
      accessPeriod: { from: today, until: addDays(today, 365) },
    },
    acts: [
      ...grantingActs,
      [
        'nadia',
        { type: 'suspension', reason: 'Démonstration : le poste de travail de l’équipe doit être revu.' },
      ],
    ],
  }
}
