/** The room, put together. */

import { openTurns } from '../kernel/turns.ts'
import type { AtRest } from '../keys/at-rest.ts'
import type { Store } from '../store/store.ts'
import type { AirlockNeeds } from './act.ts'
import { openReleaseFiles } from './files.ts'
import { openReleaseRegister } from './register.ts'

interface AirlockOn extends Omit<AirlockNeeds, 'register' | 'files' | 'turns'> {
  readonly store: Pick<Store, 'db'>
  readonly home: string
  readonly atRest: AtRest
}

export function openAirlock(on: AirlockOn): AirlockNeeds {
  const { accounts, audit, clock, log, keys, permits, rulebook, query } = on
  return {
    ...{ accounts, audit, clock, log, keys, permits, rulebook, query },
    register: openReleaseRegister(on.store),
    files: openReleaseFiles(on),
    turns: openTurns(),
  }
}
