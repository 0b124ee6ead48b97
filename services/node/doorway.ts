import type { Settings } from '../config.ts'
import { demoLimits } from '../gateway/limit-settings.ts'
import type { ServerLimits } from '../gateway/sockets.ts'

/** What holds for every connection of a node: its limits, whether people come through TLS, and whose word on addresses counts. */
export function doorwayOf({ limits = demoLimits, mode }: Pick<Settings, 'limits' | 'mode'>): ServerLimits {
  if (mode.kind === 'demo') return { limits, isSecure: false }
  const { trustedProxy } = mode.configuration
  // A production node has TLS, or a proxy that ends it.
  return { limits, isSecure: true, ...(trustedProxy === undefined ? {} : { trustedProxy }) }
}
