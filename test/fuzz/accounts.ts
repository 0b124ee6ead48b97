/** Who calls, and what they may name: every demo account, and objects that are there. */
import { rolesOf } from '../../services/gateway/authorisation.ts'
import { routes } from '../../services/gateway/routes.ts'
import { demoAccounts } from '../../services/identity/demo-accounts.ts'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import type { Role } from '../../services/identity/person.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { rulebook } from '../habilitation/fixtures.ts'
import { canary } from './naughty.ts'
import type { Caller } from './run.ts'
import type { Known } from './values.ts'

/** Every account of the demo, with a token. */
export function demoCallers(home: string): Promise<readonly Caller[]> {
  return Promise.all(
    demoAccounts(systemClock).map(async ({ subject, roles }) => ({
      token: await mintDemoToken({ home, subject, clock: systemClock }),
      mayCall: (name: string) => isAdmitted(name, roles),
    })),
  )
}

const powers = (await rulebook()).vocabularies.roles

function isAdmitted(name: string, held: readonly Role[]): boolean {
  const authorisation = routes.find((one) => one.name === name)?.authorisation
  if (authorisation === undefined) return true
  const admitted = rolesOf(authorisation.who, () => powers)
  return held.some((role) => admitted.includes(role))
}

const words = { title: canary, summaryLay: canary }

interface Asking {
  readonly url: string
  /** Of these, those who may make what is to be named. */
  readonly lead: string
  readonly holder: string
}

/** Makes a dataset, an open deposit and a draft, and answers their names, with those of other things that are there. */
export async function knownNames({ url, lead, holder }: Asking): Promise<Known> {
  const post = async (token: string, path: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    const { id } = (await answer.json()) as { id?: string }
    return id ?? ''
  }
  const fields = [
    { name: 'id', type: 'string', role: 'unit' },
    { name: 'sex', type: 'string' },
  ]
  const dataset = { name: 'fuzzed', kind: 'personal', holder: 'chu-rouen', domain: 'fuzzed' }
  await post(holder, '/api/v1/datasets', {
    ...dataset,
    resources: [{ name: 'patients', schema: { fields } }],
  })
  const deposit = await post(holder, '/api/v1/datasets/fuzzed/deposits', {})
  const draft = await post(lead, '/api/v1/habilitations', words)
  const year = String(new Date().getUTCFullYear())
  return {
    any: ['fuzzed', 'patients', 'sec', 'holder', '0', '1', '2026-11', 'training', 'A4', '0'.repeat(64)],
    ...{ datasets: ['fuzzed'], tables: ['patients'], twin: ['patients'], catalogue: ['fuzzed'] },
    ...{ deposits: [deposit], habilitations: [draft], reports: ['sec', 'holder'], reviews: ['2026-11'] },
    ...{ versions: ['1'], receipts: ['0', '1', '5'], entries: [year], audit: [year] },
  }
}
