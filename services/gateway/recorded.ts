/** Every call of a person leaves an entry before it is answered: here are those that no use-case writes. */
import { performance } from 'node:perf_hooks'
import type { Response } from 'express'
import { type About, attachReceipt, receiptOf } from '../audit/record.ts'
import type { Person } from '../identity/person.ts'
import { type Code, Refusal } from '../kernel/refusal.ts'
import type { Language } from '../kernel/text.ts'
import type { House } from './house.ts'
import { failureProblem, problemOf, traceOf } from './problem.ts'
import { sendProblem } from './reply.ts'

/** What an entry is about, for the search of the DPO. */
export interface Subject {
  readonly project?: string
  readonly dataset?: string
}

export interface Call {
  /** `GET /api/v1/me` */
  readonly name: string
  readonly language: Language
  readonly response: Response
}

export interface GuardedCall extends Call {
  /** When the call came in, on the clock of `performance`. */
  readonly begun: number
  /** The code under which this call hides what is there; absent where it hides nothing. */
  readonly hiding: Code | undefined
  readonly by: Person | undefined
  readonly about: Subject
}

/** Records that a person reads something, before it is sent. */
export async function recordRead(
  house: Pick<House, 'audit'>,
  name: string,
  { by, about }: { readonly by: Person; readonly about: Subject },
): Promise<void> {
  const { project, dataset } = about
  await house.audit.append(
    { type: 'access.read', route: name, ...(dataset === undefined ? {} : { dataset }) },
    { by, ...(project === undefined ? {} : { project }) },
  )
}

/**
 * Records, then answers an error. A refusal that a use-case recorded keeps its receipt; an error that cannot be recorded
 * is answered as UNAVAILABLE.
 */
export async function refuse(
  house: Pick<House, 'audit' | 'log'>,
  call: GuardedCall,
  error: unknown,
): Promise<void> {
  try {
    await recordError(house, call, error)
    if (error instanceof Refusal && error.code === call.hiding) await nextStroke(call.begun)
    answerError(house, call, error)
  } catch (recording) {
    house.log.error('an answer could not be recorded', { route: call.name, trace: traceOf(recording) })
    answerError(house, call, new Refusal('UNAVAILABLE', {}, { cause: recording }))
  }
}

/** Longer than it takes to look at an object that is hidden after all; nobody waits for a no. */
const strokeMs = 50

/**
 * Waits for a whole number of strokes since the call came in: that an object was found and looked at before it was hidden does not
 * show in the time of the answer.
 */
function nextStroke(begun: number): Promise<void> {
  const elapsed = performance.now() - begun
  return new Promise((resolve) => setTimeout(resolve, strokeMs - (elapsed % strokeMs)))
}

async function recordError(
  house: Pick<House, 'audit'>,
  { name, by, about }: GuardedCall,
  error: unknown,
): Promise<void> {
  // An object that is not there must not get a chain of its own in the log.
  const hidden = error instanceof Refusal && error.code === 'NOT_FOUND'
  const { project, dataset } = hidden ? {} : about
  const who: About = { ...(by ? { by } : {}), ...(project === undefined ? {} : { project }) }
  if (!(error instanceof Refusal)) {
    await house.audit.append({ type: 'access.failed', route: name }, who)
    return
  }
  if (receiptOf(error)) return
  const { code, facts } = error
  const why = { code, route: name, ...(facts.rule === undefined ? {} : { rule: facts.rule }) }
  const receipt = await house.audit.append(
    code === 'UNAUTHENTICATED'
      ? { type: 'auth.refused', ...why }
      : { type: 'access.refused', ...why, ...(dataset === undefined ? {} : { dataset }) },
    who,
  )
  attachReceipt(error, receipt)
}

/** Answers without recording: the end of every error. A bug is logged with its trace and says nothing outside. */
export function answerError(
  house: Pick<House, 'log'>,
  { name, language, response }: Call,
  error: unknown,
): void {
  if (!(error instanceof Refusal)) house.log.error('a call failed', { route: name, trace: traceOf(error) })
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const refused = error instanceof Refusal
  sendProblem(
    response,
    refused ? problemOf(error, language, receiptOf(error)) : failureProblem(language),
    language,
  )
}
