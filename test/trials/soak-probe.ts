/** Loaded into a node that is soaked: says now and then what can only be seen from inside. */
import { appendFileSync, readFileSync } from 'node:fs'
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const everyMs = 2000
const tickMs = 10
/** The collection below is ours, and no delay of the node. */
const settleMs = 100

setFlagsFromString('--expose_gc')
const collect: unknown = runInNewContext('gc')
const path = process.env.HUISCLOS_SOAK_PROBE ?? ''

/** ms that this thread was ready to run while its processors ran others: dozens of processes share them in a soak. */
function waitedMs(): number {
  const [, waited = '0'] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')
  return Number(waited) / 1e6
}

/** ms by which turns of the loop came late: in all, and for what the node itself did. */
let late: { readonly all: number; readonly own: number }[] = []
let before = { at: performance.now(), waited: waitedMs() }
setInterval(() => {
  const now = { at: performance.now(), waited: waitedMs() }
  const all = Math.max(0, now.at - before.at - tickMs)
  late.push({ all, own: Math.max(0, all - (now.waited - before.waited)) })
  before = now
}, tickMs).unref()

function p99(of: 'all' | 'own'): number {
  const sorted = late.map((one) => one[of]).sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0
}

setInterval(() => {
  const delays = { p99: p99('all'), own: p99('own') }
  if (typeof collect === 'function') collect()
  const { heapUsed, external } = process.memoryUsage()
  // The code that is made of our sources goes on to grow for thousands of calls, and has its bound in them.
  const { code_and_metadata_size: code, bytecode_and_metadata_size: bytecode } = getHeapCodeStatistics()
  const live = heapUsed + external - code - bytecode
  appendFileSync(path, `${JSON.stringify({ at: Date.now(), live, ...delays })}\n`)
  setTimeout(() => {
    late = []
  }, settleMs).unref()
}, everyMs).unref()
