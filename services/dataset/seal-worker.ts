/** The process that seals: it sees whole datasets and one project's key, for one line, and ends. */
import { serve } from '../engine/serve.ts'
import { sealLine } from './seal.ts'
import type { SealOrder } from './seal-order.ts'

// Orders come from our own parent, which built them from a signed permit.
serve({ methods: { seal: (order) => sealLine(order as SealOrder) } })
