/** The process that seals: it sees whole datasets or extracts and one project's key, for one order, and ends. */
import { serve } from '../engine/serve.ts'
import { leaveExtracts } from './leave.ts'
import type { LeaveOrder } from './leave-order.ts'
import { sealLine } from './seal.ts'
import type { SealOrder } from './seal-order.ts'

// Orders come from our own parent, which built them from a signed permit.
serve({
  methods: {
    seal: (order) => sealLine(order as SealOrder),
    leave: (order) => leaveExtracts(order as LeaveOrder),
  },
})
