/** The limits of the doors over HTTP as an operator sets them (security.md 10). Pure. */
import { z } from 'zod'

const whole = (least: number, most: number, usual: number) =>
  z.number().int().min(least).max(most).default(usual)

const perMinute = (usual: number) => whole(1, 1_000_000, usual)

/** Each is a setting of a production node; a key that is not here stops the start. */
export const limitSettings = z.strictObject({
  /** Header block of one request. Default 16 KiB, 4 to 64: beyond, 431. */
  headerKiB: whole(4, 64, 16),
  /** JSON body, unpacked. Default 1 024 KiB: beyond, 413. */
  bodyKiB: whole(16, 16_384, 1024),
  /** Nesting of a JSON body. Default 64: beyond, 413. */
  bodyDepth: whole(8, 256, 64),
  /** Until the headers of a request are there. Default 10 s. */
  headersSeconds: whole(1, 120, 10),
  /** Until an ordinary request is there as a whole. Default 60 s. A file has its own rule, the next one. */
  requestSeconds: whole(1, 600, 60),
  /**
   * What a file must bring, averaged from its first byte on, after `requestSeconds` of grace. Default 1 024 KiB/s; 0 waits for
   * ever. Who sends in pieces (tus) loses nothing by it.
   */
  fileKiBPerSecond: whole(0, 1_048_576, 1024),
  /** Until a connection without a request is closed. Default 15 s. */
  keepAliveSeconds: whole(1, 600, 15),
  /** Requests that one connection serves. Default 1 000. */
  requestsPerSocket: whole(1, 1_000_000, 1000),
  /** Connections of one address; the trusted proxy is not counted. Default 100. */
  socketsPerAddress: whole(1, 1_000_000, 100),
  /** Files that one person sends at the same time. Default 3. */
  streamsPerPerson: whole(1, 10_000, 3),
  /** Streams of events that one person has open at the same time. Default 3. */
  eventStreamsPerPerson: whole(1, 10_000, 3),
  /** Queries of one person that run, and that wait for a turn. Default 2 and 10. */
  queriesRunning: whole(1, 10_000, 2),
  queriesWaiting: whole(0, 100_000, 10),
  /** Queries of one project that run. Default 4. */
  queriesPerProject: whole(1, 10_000, 4),
  /** How long a query waits for its turn. Default 120 s. */
  queryWaitSeconds: whole(1, 3600, 120),
  /** Queries of one person on one project. Default 30. */
  queriesPerMinute: perMinute(30),
  /** Decisions without a run, of one person on one project; an editor asks at each pause. Default 240. */
  checksPerMinute: perMinute(240),
  /** Questions of one person to synthetic twins, and how many at a time. Default 30 and 1. */
  twinQueriesPerMinute: perMinute(30),
  twinQueriesRunning: whole(1, 10_000, 1),
  /** All calls of one person. Default 600. */
  callsPerMinute: perMinute(600),
  /** Attempts of one address to be somebody, and what it looks for where nothing is. Default 60. */
  strangersPerMinute: perMinute(60),
  /** Public pages and files that one address reads. Default 1 200. */
  readersPerMinute: perMinute(1200),
})

export type LimitSettings = z.infer<typeof limitSettings>

/** Those of a production node that says nothing of them. */
export const productionLimits: LimitSettings = limitSettings.parse({})

const unmet = 1_000_000

/**
 * Those of a demo: nothing that counts calls, queries, connections or files is below 100 a second and person (contract,
 * section 2). What bounds one request stays, and so do streams of events: a browser has six connections to one address.
 */
export const demoLimits: LimitSettings = {
  ...productionLimits,
  socketsPerAddress: unmet,
  streamsPerPerson: 10_000,
  queriesRunning: 10_000,
  queriesWaiting: 100_000,
  queriesPerProject: 10_000,
  queriesPerMinute: unmet,
  checksPerMinute: unmet,
  twinQueriesPerMinute: unmet,
  twinQueriesRunning: 10_000,
  callsPerMinute: unmet,
  strangersPerMinute: unmet,
  readersPerMinute: unmet,
}
