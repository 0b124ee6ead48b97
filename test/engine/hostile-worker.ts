/** A worker that misbehaves on demand. */
import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import { serve } from '../../services/engine/serve.ts'

const hoard: Buffer[] = []

async function grow(): Promise<never> {
  for (;;) {
    hoard.push(Buffer.alloc(64 * 1024 * 1024, 1))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

let told: Record<string, number> | undefined
let release: (() => void) | undefined

serve({
  methods: {
    echo: (params) => params,
    environment: () => ({ names: Object.keys(process.env).sort(), pid: process.pid, folder: process.cwd() }),
    die: () => process.exit(3),
    abort: () => process.abort(),
    fault: () => {
      setFlagsFromString('--allow-natives-syntax')
      runInThisContext('%SystemBreak()')
    },
    garbage: () => void process.stdout.write('select * from patients\n'.repeat(10)),
    long: () => 'x'.repeat(3 * 1024 * 1024),
    unasked: () =>
      void process.stdout.write(Buffer.from('68636c31020000000000006300000006000000000174', 'hex')),
    chatter: () => void process.stderr.write('row of a person\n'.repeat(10_000)),
    fail: () => {
      throw new Error('Conversion Error: Could not convert string "Jean Dupont" to INT32')
    },
    grow,
    deaf: () => {
      for (;;);
    },
    counting: async (said: Record<string, number>) => {
      told = said
      await new Promise((resolve) => setTimeout(resolve, 700))
      told = undefined
    },
    wait: () =>
      new Promise<void>((resolve) => {
        release = resolve
      }),
  },
  interrupt: () => release?.(),
  progress: () => told,
  facts: { engine: 'none' },
})
