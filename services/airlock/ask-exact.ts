/** Asks a past query again with the cells that the rules withhold, to be sealed for the checkers of a release. */
import { randomUUID } from 'node:crypto'
import { lacks } from '../habilitation/lacking.ts'
import type { Person } from '../identity/person.ts'
import { sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Question } from '../query/question.ts'
import { runExact } from '../query/run.ts'
import { type AirlockNeeds, permitOf } from './act.ts'
import type { Release } from './release.ts'

/** Undefined where no withheld cells are asked for. Refusal INCOMPLETE without a word of why. */
export function justificationOf({
  exact,
}: {
  readonly exact?: { readonly justification: string } | undefined
}): string | undefined {
  const justification = exact?.justification.trim()
  if (justification === '')
    throw new Refusal('INCOMPLETE', {
      rule: 'airlock.exact',
      missing: [lacks('exact.justification', 'required')],
    })
  return justification
}

interface AskingExact {
  readonly release: Release
  readonly query: string
  readonly justification: string
  readonly question: Question
}

/** The same run gives the answer of the rules and what they withhold of it, once the log says that this is asked. */
export function askExact(
  needs: AirlockNeeds,
  by: Person,
  { release, query, justification, question }: AskingExact,
) {
  const { project, id } = release
  const run = randomUUID()
  return runExact(needs.query, by, {
    question: { ...question, id: run },
    async record({ plan, granted }) {
      const { effect, bundle, rules } = granted
      const entry = {
        ...{ release: id, query, run, permit: permitOf(granted.current) },
        ...{ statement: sha256(question.sql), plan: plan.sha256 },
        decision: { effect, bundle, rules: [...rules] },
      }
      const told = { type: 'airlock.exact', ...entry, released: false } as const
      await needs.audit.append(told, { by, project, sealed: { justification } })
    },
  })
}
