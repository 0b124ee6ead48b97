/** The commands of a request, from draft to acceptance (governance.md 5.2): guards, then what happens. Pure. */
import { Refusal } from '../kernel/refusal.ts'
import { routeFacts } from './around.ts'
import { conditionFaults } from './clauses.ts'
import type { CommandOf } from './commands.ts'
import { deadline } from './deadline.ts'
import { downward, escalated } from './escalation.ts'
import { type Granting, lineId, permitPayload, unsignedLine } from './grant.ts'
import { anotherThan, demand, type Given, happened, notHolder, type Outcome, wrongState } from './guard.ts'
import { lacks } from './lacking.ts'
import { begun } from './on-person.ts'
import { lackingOpinions, opinionsOf } from './opinions.ts'
import { optOutFaults } from './opt-out-clause.ts'
import type { PermitLine } from './permit.ts'
import { crossed } from './quasi.ts'
import { type Body, patched } from './request.ts'
import { type Habilitation, type LineAnswer, revisionOf } from './state.ts'

type Before = Habilitation

export const onRequest = {
  /** A column that makes it a project of another kind does so in the same act. */
  change: (before: Before, { patch, revision }: CommandOf<'change'>, { facts }: Given): Outcome => {
    if (revision !== undefined && revision !== revisionOf(before))
      throw new Refusal('WRONG_STATE', { rule: 'change.revision', hint: { key: 'change.revision.hint' } })
    const request = patched(before.request, patch)
    const down = downward(request, before.escalations)
    if (down.length > 0) throw new Refusal('INVALID', { rule: 'escalated', missing: down })
    return happened({ type: 'changed', request }, ...escalated(request, facts))
  },

  /** A request that came back with questions is sent again by the same call, or by `completion`: the words of governance.md. */
  submission: (before: Before, _: CommandOf<'submission'>, given: Given): Outcome => {
    demand(given.missingOf(before.request))
    return happened({ type: before.stored === 'awaiting_completion' ? 'resubmitted' : 'submitted' })
  },

  completeness: (before: Before, command: CommandOf<'completeness'>, given: Given): Outcome => {
    if ('items' in command) {
      // One window only, all items at once.
      if (before.returned) throw wrongState()
      return happened({ type: 'returned', items: command.items, due: deadline(given, 'completeness.answer') })
    }
    demand(given.missingOf(before.request))
    return happened({ type: 'completed' })
  },

  completion: (before: Before, _: CommandOf<'completion'>, given: Given): Outcome => {
    demand(given.missingOf(before.request))
    return happened({ type: 'resubmitted' })
  },

  /** Of a permit, only what an emergency still waits for. */
  opinions: (before: Before, { opinion, comment }: CommandOf<'opinions'>, { by }: Given): Outcome => {
    if (before.permits.length > 0 && before.awaited === undefined) throw wrongState()
    const role = by.roles.includes('ethics') ? 'ethics' : 'dpo'
    return happened({ type: 'opinionGiven', role, opinion, comment })
  },

  'external-references': (_: Before, command: CommandOf<'external-references'>): Outcome => {
    const { kind, reference, sha256 } = command
    return happened({ type: 'externalRecorded', kind, reference, ...(sha256 && { sha256 }) })
  },

  questions: (_: Before, { items }: CommandOf<'questions'>): Outcome =>
    happened({ type: 'questioned', items }),

  answers: (_: Before, { items }: CommandOf<'answers'>): Outcome => happened({ type: 'answered', items }),

  extension: (before: Before, { reason }: CommandOf<'extension'>): Outcome => {
    if (before.extended) throw wrongState()
    return happened({ type: 'extended', reason })
  },

  countersignatures: (before: Before, command: CommandOf<'countersignatures'>, given: Given): Outcome => {
    const { body, lines } = inHand(before)
    const facts = given.facts.get(command.dataset)
    const asked = body.lines?.find(({ dataset }) => dataset === command.dataset)
    if (!facts || asked === undefined || facts.holder !== given.by.organisation) throw notHolder()
    // Of a permit, only the lines that its amendment adds or changes are signed again.
    const signable = before.permits.length === 0 || (before.amendment !== null && !lines[command.dataset])
    if (!signable) throw wrongState()
    const { dataset, comment } = command
    if (command.decision === 'decline')
      return happened({ type: 'declined', dataset, ...(comment && { comment }) })
    const id = lineId(lines, body, dataset)
    const unsigned = unsignedLine(asked, facts, { id, route: routeFacts(body, given) })
    const line = signed(unsigned, command.jws, given)
    return happened({ type: 'countersigned', line, ...(comment && { comment }) })
  },

  /** A new proposal replaces one that nobody confirmed: who disagrees proposes, and the other confirms. */
  decision: (before: Before, command: CommandOf<'decision'>, given: Given): Outcome => {
    anotherThan(given.by, [before.completedBy], 'T2')
    const { decision, reasons, conditions, crossed: word } = command
    demand(unanswered(before.request, before.lines))
    const isUndecided = word === undefined && crossed(before.request, given.facts).length > 1
    if (decision === 'grant') {
      const undecided = isUndecided ? [lacks('crossed', 'crossed')] : []
      const { family } = routeFacts(before.request, given) ?? {}
      const faults = [
        ...conditionFaults(conditions, before.request.limits),
        ...optOutFaults(conditions, family),
      ]
      demand([...given.missingOf(before.request), ...gates(before, given), ...undecided, ...faults])
    }
    const proposed = { type: 'proposed', decision, reasons, conditions } as const
    return happened({ ...proposed, ...(word !== undefined && { crossed: word }) })
  },

  confirmation: (before: Before, _: CommandOf<'confirmation'>, given: Given): Outcome => {
    const { proposal, completedBy } = before
    if (proposal === null) throw wrongState()
    anotherThan(given.by, [completedBy, proposal.by], 'T2')
    if (proposal.decision === 'refuse') return happened({ type: 'refused' })
    return happened({ type: 'confirmed', due: deadline(given, 'prePermit.accept') })
  },

  acceptance: (before: Before, _: CommandOf<'acceptance'>, given: Given): Outcome => {
    const payload = permitPayload(before, { body: before.request, lines: before.lines }, granting(given))
    const permit = given.signing.permit(payload)
    const { jti: id, version, sha256, nbf, exp } = permit
    const lacking = lackingOpinions(opinionsOf(routeFacts(before.request, given)), before.opinions)
    const happening = {
      type: 'granted',
      project: given.base,
      permit: { id, version, sha256, nbf, exp },
      grants: begun(before, before.request, given),
      ...(lacking.length > 0 && { awaited: [...lacking], due: deadline(given, 'emergency.opinions') }),
    } as const
    return { happenings: [happening], permit }
  },

  withdrawal: (): Outcome => happened({ type: 'withdrawn' }),

  appeal: (before: Before, { reasons }: CommandOf<'appeal'>): Outcome => {
    if (before.appealRefused) throw wrongState()
    return happened({ type: 'appealed', reasons })
  },

  escalation: (_: Before, { trigger, dataset }: CommandOf<'escalation'>): Outcome =>
    happened({ type: 'escalated', trigger, dataset }),
} as const

export function granting({ base, issuer, node, policyHash, now }: Given): Granting {
  return { base, issuer, node, policyHash, now }
}

/** The request and its answers, or those of the amendment in hand. */
export function inHand({ amendment, request, lines }: Before): {
  body: Body
  lines: Readonly<Record<string, LineAnswer>>
} {
  return amendment === null ? { body: request, lines } : { body: amendment.request, lines: amendment.lines }
}

function signed(
  unsigned: Omit<PermitLine, 'holderJws'>,
  jws: string | undefined,
  { signing }: Given,
): PermitLine {
  if (jws !== undefined) {
    const line = { ...unsigned, holderJws: jws }
    if (!signing.isSigned(line)) demand([lacks('jws', 'jwsInvalid')])
    return line
  }
  const line = signing.line(unsigned)
  if (line === null) throw new Refusal('INCOMPLETE', { missing: [lacks('jws', 'jws')] })
  return line
}

/** Every line must have its answer before anybody decides. */
export function unanswered(body: Body, lines: Readonly<Record<string, LineAnswer>>) {
  return (body.lines ?? []).flatMap(({ dataset }, i) =>
    lines[dataset] === undefined ? [lacks(`lines[${i}]`, 'lineUnanswered')] : [],
  )
}

/** The opinions that the route demands, and something to grant. In an emergency they may come after the permit. */
function gates({ request, opinions, lines }: Before, given: Given) {
  const awaited = request.emergency ? [] : opinionsOf(routeFacts(request, given))
  const accepted = Object.values(lines).some(({ answer }) => answer === 'countersigned')
  return [
    ...lackingOpinions(awaited, opinions).map(({ role }) => lacks(`opinions.${role}`, role)),
    ...(accepted ? [] : [lacks('lines', 'noLine')]),
  ]
}
