import { z } from 'zod'

/** The address of somebody who vouches. TLS, but for one on the same machine; `isLocalAllowed` is false for a node of production. */
export function issuerAddress(isLocalAllowed: boolean): z.ZodType<string> {
  const local = /^http:\/\/(127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/
  return z
    .url({ protocol: isLocalAllowed ? /^https?$/ : /^https$/ })
    .max(255)
    .refine((url) => url.startsWith('https:') || local.test(url), 'https, or http on this machine')
}
