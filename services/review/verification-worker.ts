/** The process of a verification: the independent verifier over the files of the log, and how far it is. */
import { type VerifyOptions, verifyLog } from '../audit/verify/verify.ts'
import { serve } from '../engine/serve.ts'

let done: { entries: number; total: number } | undefined

serve({
  methods: {
    verify: (options: Pick<VerifyOptions, 'dir' | 'since'>) =>
      verifyLog({
        ...options,
        onProgress: (entries, total) => {
          done = { entries, total }
        },
      }),
  },
  progress: () => done,
})
