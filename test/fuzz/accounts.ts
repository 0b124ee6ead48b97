/** Who calls, and what they may name: a token of every demo account, and objects that are there. */
import { demoAccounts } from '../../services/identity/demo-accounts.ts'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { canary } from './naughty.ts'

/** The token of every account of the demo. */
export function demoTokens(home: string): Promise<readonly string[]> {
  const subjects = demoAccounts(systemClock).map(({ subject }) => subject)
  return Promise.all(subjects.map((subject) => mintDemoToken({ home, subject, clock: systemClock })))
}

const words = { title: canary, summaryLay: canary }

interface Asking {
  readonly url: string
  /** Of these, those who may make what is to be named. */
  readonly lead: string
  readonly holder: string
}

/** Makes a dataset, an open deposit and a draft, and answers their names, with those of other things that are there. */
export async function knownNames({ url, lead, holder }: Asking): Promise<readonly string[]> {
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
  const year = String(new Date().getFullYear())
  return [
    'fuzzed',
    'patients',
    deposit,
    draft,
    'sec',
    'holder',
    year,
    '0',
    '1',
    '2026-11',
    'training',
    '0'.repeat(64),
  ]
}
