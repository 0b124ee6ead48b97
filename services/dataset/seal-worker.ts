/** The process that seals: it sees whole datasets or extracts and one project's key, for one order, and ends. */
import { serve } from '../engine/serve.ts'
import { leaveExtracts } from './leave.ts'
import type { LeaveOrder } from './leave-order.ts'
import { openSealing, type Sealing } from './seal.ts'
import type { SealOrder } from './seal-order.ts'

let sealing: Sealing | undefined

// Orders come from our own parent, which built them from a signed permit.
serve({
  methods: {
    seal(order) {
      sealing = openSealing(order as SealOrder)
      return sealing.sealed
    },
    leave: (order) => leaveExtracts(order as LeaveOrder),
  },
  progress: () => sealing?.progress(),
})
