/** A worker that opens the paths that it is told. */
import { readFileSync, writeFileSync } from 'node:fs'
import { serve } from '../../services/engine/serve.ts'

function attempt(work: () => string): string {
  try {
    return work()
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}

serve({
  methods: {
    read: (path: string) => attempt(() => readFileSync(path, 'utf8')),
    write: (path: string) =>
      attempt(() => {
        writeFileSync(path, 'text')
        return 'written'
      }),
  },
})
