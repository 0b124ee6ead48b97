/** What must happen elsewhere after an act: begun once entry and row are durable. */
import type { Happening } from './event.ts'
import type { Effects, Part, StopCode } from './lines.ts'
import type { Permits } from './permits.ts'

interface Consequence {
  readonly stop?: { readonly code: StopCode; readonly part?: Part }
  readonly seal?: true
  /** The dataset of a line that is closed for good. */
  readonly shred?: string
}

/** Pure. The suspension of one person, or of one line, stops nobody else. */
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
      return {
        stop: {
          code: 'SUSPENDED',
          part: { dataset: happening.scope.line, person: happening.scope.person },
        },
      }
    case 'grantEnded':
      return { stop: { code: 'PERSON_NOT_CLEARED', part: { person: happening.person } } }
    case 'noticed':
    case 'revoked':
      return { stop: { code: 'REVOKED' } }
    case 'recalled':
      return { stop: { code: 'LINE_CLOSED', part: { dataset: happening.line } }, shred: happening.line }
    case 'escalated':
      return {
        stop: { code: 'LINE_CLOSED', part: { dataset: happening.dataset } },
        shred: happening.dataset,
      }
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
  for (const { stop } of all) if (stop) effects.stop(project, stop.code, stop.part)
  if (!all.some(({ seal, shred }) => seal || shred !== undefined)) return
  const current = await permits.current(project)
  if (current === null) return
  for (const { shred } of all) if (shred !== undefined) await effects.shred(current, shred)
  if (all.some(({ seal }) => seal)) effects.seal(current)
}
