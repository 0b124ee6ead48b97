import { hash } from 'node:crypto'

/** Where the record of an origin lies, and the path under which it is served: the origin itself may hold slashes. */
export function recordPath(origin: string): string {
  return `${hash('sha256', origin)}/checkpoint`
}
