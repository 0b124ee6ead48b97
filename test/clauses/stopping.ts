/** What ends a query when its permission ends: each piece taken away, and the tests that must see it. */
import type { Taken } from './clauses.ts'

interface Stopping extends Taken {
  readonly what: string
  readonly test: string
  /** Beginning of the names of the tests that see it. */
  readonly seenBy: string
}

const stops = 'test/clauses/stops.test.ts'
const consequence = 'services/habilitation/consequence.ts'
const permission = 'services/query/permission.ts'
const from = 'services/query/typing/from.ts'

type Line = readonly [what: string, file: string, text: string, by: string, seenBy: string, test?: string]

const lines: readonly Line[] = [
  [
    'a suspension of one person is of that person',
    consequence,
    'person: happening.scope.person',
    '',
    'no suspension of somebody else',
  ],
  [
    'a new version stops',
    consequence,
    "{ stop: { code: 'SUPERSEDED' }, seal: true }",
    '{ seal: true }',
    'a narrower version, and',
  ],
  ['a notice stops', consequence, "{ stop: { code: 'REVOKED' } }", '{}', 'the notice of a revocation, and'],
  [
    'a recall stops',
    consequence,
    "{ stop: { code: 'LINE_CLOSED', part: { dataset: happening.line } }, shred: happening.line }",
    '{ shred: happening.line }',
    'a recall of the line, and',
  ],
  ['an end stops', consequence, "{ stop: { code: 'EXPIRED' } }", '{}', 'a renunciation, and'],
  [
    'a stop of one person',
    'services/query/running.ts',
    ' && (person === undefined || samePerson(person, by))',
    '',
    'no suspension of somebody else',
  ],
  [
    'the decision before the answer',
    'services/query/run.ts',
    'const still = await permission.insist(datasets)',
    'const still = granted',
    'a suspension of the whole at its last step',
  ],
  [
    'the version of the beginning',
    permission,
    'this.#begun ??= current.permit',
    'this.#begun = current.permit',
    'a narrower version at its last step',
  ],
  ['the end of the permit', permission, '[permit.exp, ...own]', 'own', 'the permit$'],
  [
    'the end of a person in the permit',
    permission,
    '[permit.exp, ...own]',
    '[permit.exp]',
    'the part of the person in the permit$',
  ],
  [
    'the end of a proof',
    permission,
    "...proofEnds(by, standing.grants).map((at) => ({ at, code: 'PERSON_NOT_CLEARED' }) as const),",
    '',
    'the training$',
  ],
  [
    'an emergency that suspends itself',
    permission,
    "{ at: selfSuspendsAt, code: 'SUSPENDED' },",
    '',
    'the wait for an opinion$',
  ],
  [
    'no line at all is open',
    'services/habilitation/asked.ts',
    'return isOver ? permit.lines.map(({ dataset }) => dataset) : []',
    'return isOver ? [] : []',
    'after the holder has signed',
    'test/clauses/clauses.test.ts',
  ],
  [
    'a closed line is mounted for nobody',
    'services/query/steps.ts',
    '.filter(({ closed }) => !closed)',
    '',
    'a line that was recalled',
  ],
  [
    'a closed line is told by its name',
    from,
    'matches.length > 0 ? matches : task.tables.filter(isMeant)',
    'matches',
    'a line that was recalled',
  ],
  [
    'a closed line gives way to an open one',
    from,
    'matches.length > 0 ? matches : task.tables.filter(isMeant)',
    'task.tables.filter(isMeant)',
    'a line that was recalled',
  ],
]

export const stopping: readonly Stopping[] = lines.map(([what, file, text, by, seenBy, test = stops]) => ({
  ...{ what, file, text, by, seenBy, test },
}))
