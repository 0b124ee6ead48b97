/**
 * A process that appends to an audit log as fast as it can until it is killed. Each receipt is a line `<shard> <seq> <leaf>` of
 * `<home>/receipts-<epoch>`, which a kill does not take back; the first one is told on standard output.
 * Arguments: home, epoch, callers, and `hasty` for a writer that acknowledges before it writes, which must be caught.
 */

import { openSync, writeSync } from 'node:fs'
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

const receipts = openSync(`${home}/receipts-${epoch}`, 'w')
let isFirst = true

function tell({ log, seq, leaf }: { log: string; seq: number; leaf: string }): number {
  writeSync(receipts, `${log.slice(-4)} ${seq} ${leaf}\n`)
  if (isFirst) process.stdout.write('begun\n')
  isFirst = false
  return seq
}

async function call(name: string): Promise<void> {
  for (let round = 0; ; round += 1) {
    const [query, about] = [`${epoch}-${name}-${round}`, act(name, `P${round % 3}`)]
    const of = tell(await audit.append(intent(query), about))
    tell(await audit.append(reading, about))
    tell(await audit.append(release(query, of), about))
  }
}

await Promise.all(Array.from({ length: Number(callers) }, (_, at) => call(`p${at}`)))
