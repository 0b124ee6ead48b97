/**
 * Calls `act` once what has reached this process by now was read. Timers run before pipes and sockets: one that is due after a
 * standstill would judge by what had come before it.
 */
export function afterArrivals(act: () => void): void {
  setImmediate(() => setImmediate(act))
}
