/**
 * An act recorded (security.md 4.10): what it will say is kept, then each entry is written, then the rows with the numbers of their
 * entries. Wherever it is cut, a start finds the act and ends it.
 */
import { randomUUID } from 'node:crypto'
import type { Body } from '../audit/entry.ts'
import type { About, Audit, By } from '../audit/record.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import type { Receipt } from '../kernel/id.ts'
import type { HabilitationEvent } from './event.ts'
import type { Permit } from './permit.ts'
import type { Registry } from './registry.ts'
import type { BegunAct, Stored } from './rows.ts'

/** What was decided and is to be recorded. */
export interface Decided {
  readonly by: By
  /** The command, which goes sealed beside the first entry. */
  readonly asked: unknown
  /** One entry per event, in their order; at least one. */
  readonly steps: readonly {
    readonly event: HabilitationEvent
    readonly entry: Body
    readonly about: Pick<About, 'project' | 'holders'>
  }[]
  readonly permit?: Permit | undefined
}

/** When it resolves, entries and rows are durable. When it rejects, the log says of each entry that it came to nothing, where it can. */
export async function recordAct(
  { audit, registry }: { readonly audit: Audit; readonly registry: Registry },
  { id, events }: Stored,
  decided: Decided,
): Promise<void> {
  const act = begunBy({ id, events }, decided)
  const receipts: Receipt[] = []
  await registry.begin(act)
  try {
    for (const [i, { entry, about }] of decided.steps.entries()) {
      const sealed = i === 0 ? { sealed: decided.asked } : {}
      receipts.push(await audit.append(entry, { by: decided.by, ...about, ...sealed }))
    }
    await registry.finish(act, receipts)
  } catch (error) {
    for (const { seq } of receipts) await audit.append({ type: 'state.aborted', of: seq }, {})
    // Where the database is what failed, the next start forgets it.
    await registry.forget(act).catch(() => undefined)
    throw error
  }
}

function begunBy({ id, events }: Stored, { by, asked, steps, permit }: Decided): BegunAct {
  const { issuer, subject } = by
  return {
    id: randomUUID(),
    ...{ stream: id, before: events.length, at: steps[0]?.event.at ?? 0 },
    events: steps.map(({ event }) => event),
    entries: steps.map(({ entry }) => entry),
    by: { issuer, subject },
    sealedSha256: sealedHash(asked),
    ...(permit && { permit }),
  }
}

/** Of what is sealed beside an entry, before and after. */
export function sealedHash(content: unknown): string {
  return sha256(canonical(content))
}
