/** The rules in force, and their change by two persons (governance.md 5.1, T6). */
import { z } from 'zod'
import { type Bundle, filesOf, policyFiles } from '../../habilitation/bundle.ts'
import { isHeld, type Played } from '../../habilitation/cases.ts'
import { approvePolicies, type PolicyNeeds, proposePolicies } from '../../habilitation/policy-change.ts'
import type { PolicyAct, PolicyProposal } from '../../habilitation/policy-register.ts'
import { type Missing, Refusal } from '../../kernel/refusal.ts'
import { type Language, say } from '../../kernel/text.ts'
import { playBundle } from '../../review/bundle-cases.ts'
import { type Route, route } from '../route.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)

const rule = z.object({
  id: z.string(),
  effect: z.enum(['permit', 'forbid']),
  code: z.string().optional(),
  title: z.string(),
  reason: z.string(),
  legalBasis: z.string(),
})

const act = z.object({
  issuer: z.string(),
  subject: z.string(),
  at: z.string(),
  entry: z.object({ log: z.string(), seq: z.number().int() }),
})

const proposal = z
  .object({
    sha256: hash,
    previous: hash.meta({ description: 'The rules in force when it was proposed' }),
    changed: z.array(z.string()),
    reason: z.string(),
    checked: z
      .boolean()
      .meta({ description: 'False: of a later version, nobody knows whether its cases hold' }),
    proposed: act,
    approved: act.nullable().meta({ description: 'The second person' }),
  })
  .meta({ id: 'PolicyProposal' })

const changedFile = z.object({
  path: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
})

export const policyRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/policies',
    summary: 'The rules in force, each with its reason and legal basis, and the files that they are in',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: {
      200: {
        description: 'The bundle: its hash is that of all files together',
        schema: z.object({
          sha256: hash,
          files: z.array(z.object({ path: z.string(), sha256: hash })),
          rules: z.array(rule),
        }),
      },
    },
    handler: async ({ policies: { rulebook } }) => {
      const files = [...filesOf(rulebook.files.index)].map(([path, sha256]) => ({ path, sha256 }))
      return { json: { sha256: rulebook.sha256, files, rules: rulebook.policies.map(shownRule) } }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/policies/proposals',
    summary: 'Changes of the rules, the newest first; for those who may propose or approve one',
    authorisation: { who: { rules: 'approve' }, sees: 'none' },
    records: 'read',
    responses: {
      200: { description: 'All of them', schema: z.object({ proposals: z.array(proposal) }) },
    },
    handler: async ({ policies }) => ({
      json: { proposals: (await policies.register.list()).map(shown) },
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/policies/proposals/{sha256}',
    summary: 'What a proposal changes, file by file; for those who may propose or approve one',
    authorisation: { who: { rules: 'approve' }, sees: 'house' },
    records: 'read',
    params: z.strictObject({ sha256: hash }),
    responses: {
      200: {
        description: 'The proposal; a text is null where the file is not there',
        schema: z.object({ proposal, files: z.array(changedFile) }),
      },
    },
    handler: async ({ policies }, { params }) => {
      const found = (await policies.register.list()).find(({ sha256 }) => sha256 === params.sha256)
      if (found === undefined) throw new Refusal('NOT_FOUND', { rule: 'policies.proposal' })
      return { json: { proposal: shown(found), files: await changedFiles(policies, found) } }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/policies/proposals',
    summary:
      'Proposes other rules: authority or DPO. They are validated and their cases are run; 422 names what fails',
    authorisation: { who: { rules: 'propose' }, sees: 'none' },
    records: 'own',
    body: z.strictObject({
      files: policyFiles,
      reason: z.string().trim().min(1).max(2000),
      unchecked: z
        .boolean()
        .optional()
        .meta({ description: 'Rules of a later version, which this one cannot read: nothing is checked' }),
    }),
    responses: { 201: { description: 'It waits for a second person', schema: proposal } },
    handler: async ({ policies }, { by, body: { files, reason, unchecked = false }, language }) => {
      const faults = (bundle: Bundle) => faultsOf(bundle, language)
      return {
        status: 201,
        json: shown(await proposePolicies(policies, by, { files, reason, unchecked, faults })),
      }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/policies/proposals/{sha256}/approval',
    summary: 'Approves other rules: authority or DPO, another person. They come into force at the next start',
    authorisation: { who: { rules: 'approve' }, sees: 'house' },
    records: 'own',
    params: z.strictObject({ sha256: hash }),
    responses: { 200: { description: 'The proposal, approved', schema: proposal } },
    handler: async ({ policies }, { by, params }) => ({
      json: shown(await approvePolicies(policies, by, params.sha256)),
    }),
  }),
]

function shownRule({ id, effect, annotations }: PolicyNeeds['rulebook']['policies'][number]) {
  const { code, titre = '', raison = '', base_legale = '' } = annotations
  return { id, effect, ...(code && { code }), title: titre, reason: raison, legalBasis: base_legale }
}

function shown({ proposed, approved, changed, ...rest }: PolicyProposal): z.infer<typeof proposal> {
  return {
    ...rest,
    changed: [...changed],
    proposed: shownAct(proposed),
    approved: approved && shownAct(approved),
  }
}

function shownAct({ by, at, entry }: PolicyAct): z.infer<typeof act> {
  return { issuer: by.issuer, subject: by.subject, at: new Date(at).toISOString(), entry: { ...entry } }
}

/** What does not validate, or the cases that do not hold; a fault of the text is told in the words of the reader. */
function faultsOf(bundle: Bundle, language: Language): readonly Missing[] {
  try {
    return playBundle(bundle)
      .filter((one) => !isHeld(one))
      .map((one) => ({ path: one.file, message: caseFault(one, language) }))
  } catch (error) {
    return [{ path: 'files', message: error instanceof Error ? error.message : String(error) }]
  }
}

function caseFault({ entry, title, expected, found }: Played, language: Language): string {
  return say(language, { key: 'policy.case', with: { entry, title, expected, found } })
}

async function changedFiles({ kept }: PolicyNeeds, { sha256, previous, changed }: PolicyProposal) {
  const [before, after] = await Promise.all([textsAt(kept, previous), textsAt(kept, sha256)])
  return Promise.all(
    changed.map(async (path) => ({ path, before: await before(path), after: await after(path) })),
  )
}

/** The text of each path of a bundle; null where it is not in it. */
async function textsAt(kept: PolicyNeeds['kept'], bundle: string) {
  const index = await kept.read('policies', bundle)
  const files = index === null ? new Map<string, string>() : filesOf(index)
  return async (path: string) => {
    const hashOf = files.get(path)
    return hashOf === undefined ? null : kept.read('policies', hashOf)
  }
}
