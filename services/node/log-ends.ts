/** The first and the last entry of a run. */
import type { Body } from '../audit/entry.ts'
import type { Audit } from '../audit/record.ts'
import type { Closable } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { StartError } from './listening.ts'

/** A log that takes nothing is the operator's to mend: StartError with status 70. */
export async function firstEntry(audit: Pick<Audit, 'append'>, body: Body): Promise<void> {
  await audit.append(body, {}).catch((cause: unknown) => {
    if (!(cause instanceof Refusal) || cause.code !== 'UNAVAILABLE') throw cause
    throw new StartError('journal de preuves : rien ne peut y être écrit (place, droits du disque)', 70, {
      cause,
    })
  })
}

/** To be kept right after the first entry: all that writes entries is then closed before it, the log after it. */
export function lastEntry(audit: Pick<Audit, 'append'>): Closable {
  const ignored = () => undefined
  return {
    // A log that takes nothing any more is why the node ends; it is told already.
    close: () => audit.append({ type: 'log.stopped' }, {}).then(ignored, ignored),
  }
}
