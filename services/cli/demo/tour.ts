/** `huisclos demo`: plays the steps in order on the running demo node, and stops at the first that does not give what it must. */
import { CommandError, exits } from '../ending.ts'
import { habilitation } from './habilitation.ts'
import { journal } from './journal.ts'
import { allowed, purpose, withheld } from './questions.ts'
import { openStage, type Playing } from './stage.ts'
import { type Receipt, type Stage, type Step, StepFailure, type StepName } from './step.ts'
import { tampering } from './tampering.ts'
import type { Teller } from './telling.ts'

export const steps: readonly Step[] = [allowed, purpose, withheld, habilitation, journal, tampering]

export interface Tour extends Playing {
  readonly tell: Teller
  /** Resolves when the person wants to go on; asked after each step but the last. */
  readonly goOn: () => Promise<void>
}

/** True when every step gave what it must. CommandError when there is nothing to play on, and when the person ends it. */
export async function playTour({ tell, goOn, ...playing }: Tour): Promise<boolean> {
  const begun = performance.now()
  const stage = await openStage(playing)
  tell.begins(stage)
  const receipts = new Map<StepName, Receipt>()
  for (const [at, step] of steps.entries()) {
    tell.announces(step, { number: at + 1, announcement: step.announce(stage) })
    const from = performance.now()
    try {
      const outcome = await step.play(stage, receipts)
      if (outcome.receipt) receipts.set(step.name, outcome.receipt)
      tell.plays(step, { outcome, ms: performance.now() - from })
    } catch (error) {
      tell.fails(step, reasonOf(error, stage))
      return false
    }
    if (step !== steps.at(-1)) await goOn()
  }
  tell.ends(performance.now() - begun)
  return true
}

/** Why the step failed. Rethrows what is no failure of the step. */
function reasonOf(error: unknown, { language, signal }: Stage): string {
  if (signal.aborted) throw new CommandError('interrompu / interrupted', exits.interrupted)
  if (error instanceof StepFailure) return error.said[language]
  return error instanceof Error ? error.message : String(error)
}
