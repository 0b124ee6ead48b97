/**
 * A process that appends to an audit log as fast as it can until it is killed. On standard output it tells how long the log
 * took to open, each size that it found signed, and each receipt: a line that is there was written before the kill.
 * Arguments: home, epoch, callers, and `hasty` for a writer that acknowledges before it writes, which must be caught.
 */
import { writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { OpenSegment } from '../../services/audit/journal.ts'
import { openAudit } from '../../services/audit/writer.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { act, intent, never, reading, release } from '../audit/open-log.ts'

/** Says `durable` at once and writes half a second later: what a writer without a flush would do to a caller. */
const hastySegment: OpenSegment = async (path) => {
  const file = await open(path, 'wx')
  let kept: Buffer[] = []
  const timer = setInterval(() => {
    const bytes = Buffer.concat(kept)
    kept = []
    file.appendFile(bytes).catch(() => undefined)
  }, 500)
  return {
    append: async (bytes) => {
      kept.push(bytes)
      return 'durable'
    },
    isOurs: async () => true,
    close: async () => {
      clearInterval(timer)
      await file.close()
    },
  }
}

const [home = '', epoch = '1', callers = '8', manner = ''] = process.argv.slice(2)
const begun = performance.now()
const audit = await openAudit({
  home,
  clock: systemClock,
  log: silentLog,
  host: 'huisclos.demo',
  lease: { epoch: Number(epoch), lost: never },
  onEntry: () => {},
  onFatal: (code) => process.exit(code),
  ...(manner === 'hasty' && { openSegment: hastySegment }),
})
say(`opened ${performance.now() - begun}`)

function say(line: string): void {
  writeSync(1, `${line}\n`)
}

interface Told {
  readonly log: string
  readonly seq: number
  readonly leaf: string
}

/** `entry` for what was recorded, `answer` for the release that lets an answer go out. */
function tell(kind: 'entry' | 'answer', { log, seq, leaf }: Told): number {
  say(`${kind} ${log.slice(-4)} ${seq} ${leaf}`)
  return seq
}

async function call(name: string): Promise<void> {
  for (let round = 0; ; round += 1) {
    const [query, about] = [`${epoch}-${name}-${round}`, act(name, `P${round % 3}`)]
    const of = tell('entry', await audit.append(intent(query), about))
    tell('entry', await audit.append(reading, about))
    tell('answer', await audit.append(release(query, of), about))
  }
}

/** What was signed was signed for ever: somebody else may have seen it. */
async function watch(): Promise<void> {
  for (let last = ''; ; ) {
    const note = await audit.checkpoint()
    const [origin = '', size, root] = note.split('\n')
    if (note !== last) say(`signed ${origin.slice(-4)} ${size} ${root}`)
    last = note
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

await Promise.all([watch(), ...Array.from({ length: Number(callers) }, (_, at) => call(`p${at}`))])
