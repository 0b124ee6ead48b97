/** What must happen elsewhere after an act: begun once entry and row are durable. */
import type { Happening } from './event.ts'
import type { Effects, StopCode } from './lines.ts'
import type { Permits } from './permits.ts'

interface Consequence {
  readonly stop?: { readonly code: StopCode; readonly dataset?: string | undefined }
  readonly seal?: true
  /** The dataset of a line that is closed for good. */
  readonly shred?: string
}

/** Pure. A person's own suspension stops nobody else: `decide` refuses that person before any answer leaves. */
function consequenceOf(happening: Happening): Consequence {
  switch (happening.type) {
    case 'granted':
    case 'lifted':
    case 'dismissed':
    case 'restored':
      return { seal: true }
    case 'amended':
      return { stop: { code: 'SUPERSEDED' }, seal: true }
    case 'suspended':
      if (happening.scope.person !== undefined) return {}
      return { stop: { code: 'SUSPENDED', dataset: happening.scope.line } }
    case 'noticed':
    case 'revoked':
      return { stop: { code: 'REVOKED' } }
    case 'recalled':
      return { stop: { code: 'LINE_CLOSED', dataset: happening.line }, shred: happening.line }
    case 'escalated':
      return { stop: { code: 'LINE_CLOSED', dataset: happening.dataset }, shred: happening.dataset }
    case 'renounced':
    case 'expired':
    case 'closing':
      return { stop: { code: 'EXPIRED' } }
    default:
      return {}
  }
}

/** Stops first, then seals what is open and destroys what is closed for good. */
export async function effectsOf(
  { effects, permits }: { readonly effects: Effects; readonly permits: Permits },
  project: string,
  happenings: readonly Happening[],
): Promise<void> {
  const all = happenings.map(consequenceOf)
  for (const { stop } of all) if (stop) effects.stop(project, stop.code, stop.dataset)
  if (!all.some(({ seal, shred }) => seal || shred !== undefined)) return
  const current = await permits.current(project)
  if (current === null) return
  for (const { shred } of all) if (shred !== undefined) await effects.shred(current, shred)
  if (all.some(({ seal }) => seal)) effects.seal(current)
}
