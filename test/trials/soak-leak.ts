/** Loaded into a node that is soaked, for the negative control: it loses one buffer with each request. */
import { subscribe } from 'node:diagnostics_channel'

const lost: Buffer[] = []
subscribe('http.server.request.start', () => {
  lost.push(Buffer.alloc(16_384, lost.length % 251))
})
