/**
 * One command on one request or permit: may this person, in this state; is this person apart; do the guards hold; what
 * happens. In that order, so that a stranger learns only no. Pure: the answer is what happened, to be recorded and stored.
 */
import type { Actor } from '../kernel/id.ts'
import type { Command } from './commands.ts'
import { type Given, insistDeclared, type Outcome, standApart, wrongState } from './guard.ts'
import { stateAt } from './lifetime.ts'
import { type Capacity, capacitiesOf, may, mayEver, notTheirs } from './matrix.ts'
import { onDossier } from './on-dossier.ts'
import { onPermit } from './on-permit.ts'
import { onPerson } from './on-person.ts'
import { onRequest } from './on-request.ts'
import type { Habilitation } from './state.ts'

export type Later = Exclude<Command, { type: 'opening' }>

/** What happens. Refusals: ROLE, WRONG_STATE, CONFLICT_OF_INTEREST, INCOMPLETE, INVALID. `system` stands for no person. */
export function command(before: Habilitation, asked: Later, given: Given & { asSystem?: boolean }): Outcome {
  const held = given.asSystem
    ? system
    : capacitiesOf(given.by, {
        lead: before.lead,
        holders: holdersOf(before, given),
        managers: managersOf(before, given.grants),
      })
  const { roles } = given.vocabularies
  if (!mayEver(roles, held, asked.type)) throw notTheirs(roles, asked.type)
  const state = stateAt(before, given.now)
  if (!may(roles, { held, state, command: asked.type })) throw wrongState()
  standApart(before, given.by, asked.type)
  if (!given.asSystem) insistDeclared(before, given, asked)
  return handlerOf(before, asked)(before, asked, given)
}

const system: readonly Capacity[] = ['system']

/** Organisations that hold a line of the request or of its amendment. */
export function holdersOf(
  { request, amendment }: Habilitation,
  { facts }: Pick<Given, 'facts'>,
): readonly string[] {
  const lines = [...(request.lines ?? []), ...(amendment?.request.lines ?? [])]
  return [...new Set(lines.flatMap(({ dataset }) => facts.get(dataset)?.holder ?? []))]
}

/** The line managers of the persons of the request and of its amendment. */
export function managersOf(
  { request, amendment }: Habilitation,
  { accountOf }: Pick<Given['grants'], 'accountOf'>,
): readonly Actor[] {
  const persons = [...(request.persons ?? []), ...(amendment?.request.persons ?? [])]
  return persons.flatMap((person) => accountOf(person)?.manager ?? [])
}

type Handler = (before: Habilitation, asked: Later, given: Given) => Outcome

/** Decisions on a request and on an amendment of a permit are the same words for different acts. */
function handlerOf({ permits }: Habilitation, { type }: Later): Handler {
  const both = { ...onRequest, ...onDossier, ...onPermit, ...onPerson }
  const granted = permits.length > 0
  const onDecision = granted ? onPermit : onRequest
  const chosen = type === 'decision' || type === 'confirmation' ? onDecision[type] : both[type]
  // Each handler takes its own command; the key that chose it is the type of the command.
  return chosen as Handler
}
