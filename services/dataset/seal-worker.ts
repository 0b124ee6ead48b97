/** The process that seals: it sees whole datasets and one project's key, for one line, and ends. */
import { serve } from '../engine/serve.ts'
import { openSealing, type Sealing } from './seal.ts'
import type { SealOrder } from './seal-order.ts'

let sealing: Sealing | undefined

serve({
  methods: {
    // Orders come from our own parent, which built them from a signed permit.
    seal(order) {
      sealing = openSealing(order as SealOrder)
      return sealing.sealed
    },
  },
  progress: () => sealing?.progress(),
})
