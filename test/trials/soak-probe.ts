/** Loaded into a node that is soaked: says now and then what can only be seen from inside. */
import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const everyMs = 2000
/** The collection below is ours, and no delay of the node. */
const settleMs = 100

setFlagsFromString('--expose_gc')
const collect: unknown = runInNewContext('gc')
const path = process.env.HUISCLOS_SOAK_PROBE ?? ''
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()

setInterval(() => {
  const p99 = delay.percentile(99) / 1e6
  if (typeof collect === 'function') collect()
  const { heapUsed, external } = process.memoryUsage()
  // The code that is made of our sources goes on to grow for thousands of calls, and has its bound in them.
  const { code_and_metadata_size: code, bytecode_and_metadata_size: bytecode } = getHeapCodeStatistics()
  const live = heapUsed + external - code - bytecode
  appendFileSync(path, `${JSON.stringify({ at: Date.now(), live, p99 })}\n`)
  setTimeout(() => delay.reset(), settleMs).unref()
}, everyMs).unref()
