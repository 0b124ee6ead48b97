/** The full demo: a dataset, an active project of alice and requests of paul, made once per home through the ordinary use-cases. */
import {
  declareDataset,
  openDeposit,
  readDataset,
  readDeposit,
  receiveTable,
  submitDeposit,
} from '../dataset/deposit.ts'
import { makePmsiDemo, pmsiDemo } from '../dataset/synthetic/pmsi-demo.ts'
import type { House } from '../gateway/house.ts'
import { actOn } from '../habilitation/act.ts'
import { fold } from '../habilitation/fold.ts'
import type { AccountTable } from '../identity/accounts.ts'
import { demoIssuer } from '../identity/demo-accounts.ts'
import type { Person } from '../identity/person.ts'
import { addDays, parisDay } from '../kernel/clock.ts'
import { type FindPerson, grantingActs, seedRequests } from './seed-requests.ts'

/** Of the request behind the project of alice. */
const routeReference = 'DEMO-0001'

type Seeding = Pick<House, 'dataset' | 'habilitation' | 'bulles'>

/** Answers the project. What an interrupted start left half done is done again, what is there stays as it is. */
export async function seedDemo(house: Seeding, accounts: AccountTable): Promise<string> {
  const person = (subject: string) => personOf(accounts, subject)
  await depositOnce(house, await person('rouen'))
  const project = (await knownProject(house)) ?? (await grantOnce(house, person))
  await seedRequests(house.habilitation, person)
  await house.bulles.idle()
  return project
}

/** A demo account as it would come in with two factors; its acts are marked as those of the node. */
async function personOf(accounts: AccountTable, subject: string): Promise<Person> {
  const account = await accounts.find({ issuer: demoIssuer, subject })
  if (account === null) throw new Error('a demo account is missing')
  return { ...account, level: 2, methods: ['pwd', 'mfa'], door: 'node' }
}

async function depositOnce({ dataset }: Seeding, holder: Person): Promise<void> {
  // A home of an earlier version keeps the descriptor that it has.
  if ((await dataset.register.find(pmsiDemo.name)) === null) await declareDataset(dataset, holder, pmsiDemo)
  const known = await readDataset(dataset, holder, pmsiDemo.name)
  if (known.version !== null) return
  const { id } = await openDeposit(dataset, holder, { dataset: pmsiDemo.name })
  for (const { table, csv } of makePmsiDemo()) {
    await receiveTable(dataset, holder, {
      deposit: id,
      table,
      contentType: 'text/csv; charset=utf-8',
      dialect: { delimiter: ';', decimal: '.', dateFormat: 'iso', header: 'true' },
      body: chunksOf(csv),
    })
  }
  await submitDeposit(dataset, holder, { deposit: id })
  await dataset.checker.idle()
  const { status, findings } = await readDeposit(dataset, holder, { deposit: id })
  if (status === 'accepted') return
  const found = findings.map(({ rule, table, column }) => `${rule} ${table ?? ''} ${column ?? ''}`)
  throw new Error(`the demo deposit is ${status}: ${found.join('; ')}`)
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

/** The oldest, should somebody have used the reference again. */
async function knownProject({ habilitation }: Seeding): Promise<string | null> {
  const all = await habilitation.registry.list()
  const ours = all
    .map(({ id, events }) => fold(id, events))
    .filter(({ request, project }) => request.routeReference === routeReference && project !== undefined)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  return ours[0]?.project ?? null
}

/** The walk of a request (contract, section 6), each act by the person whose turn it is. */
async function grantOnce({ habilitation }: Seeding, person: FindPerson): Promise<string> {
  const request = requestOf(parisDay(habilitation.clock.now()))
  const opened = await actOn(habilitation, await person('paul'), { command: { type: 'opening', request } })
  let project: string | null = null
  for (const [subject, command] of grantingActs) {
    const view = await actOn(habilitation, await person(subject), { id: opened.id, command })
    project = view.projectId
  }
  if (project === null) throw new Error('the demo project was not granted')
  return project
}

function requestOf(today: string): object {
  const everything = Object.fromEntries(pmsiDemo.resources.map(({ name }) => [name, { columns: '*' }]))
  return {
    title: 'Séjours hospitaliers en Normandie (démonstration)',
    summaryLay:
      'Nous comptons des séjours inventés, pour montrer comment ce système répond et ce qu’il refuse.',
    publicInterest: 'Comprendre avant d’utiliser.',
    aim: 'Décrire les séjours par sexe, âge, département et motif.',
    kind: 'PERSONAL_HEALTH',
    route: 'MR_004',
    routeReference,
    purposes: ['SNDS-III-6'],
    objectives: [{ id: 'O1', label: 'Décrire les séjours' }],
    lines: [{ dataset: pmsiDemo.name, justification: 'Objet de la démonstration.', tables: everything }],
    persons: [
      { issuer: demoIssuer, subject: 'alice', profile: 'analyst' },
      { issuer: demoIssuer, subject: 'paul', profile: 'analyst' },
    ],
    accessPeriod: { from: today, until: addDays(today, 365) },
    prohibitions: 'none',
    disclosure: { mode: 'guarded' },
  }
}
