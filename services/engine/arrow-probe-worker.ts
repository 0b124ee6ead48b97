/** Tries the direct way of Arrow in a process of its own, which it may end. */
import { chooseRoute } from './arrow-check.ts'
import { openBare } from './duckdb.ts'
import { serve } from './serve.ts'

const limits = { threads: 1, memoryBytes: 64 * 1024 ** 2 }

serve({
  methods: {
    async route() {
      const database = await openBare(limits)
      const { memory: _, ...told } = await chooseRoute(await database.connect())
      return told
    },
  },
})
