/**
 * The operations log: latency, restarts, failures. It may be lost, nothing depends on it, and it never holds a person, a
 * literal, a value or a token. Evidence goes to the audit room.
 */
export interface Log {
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

export type Fields = Readonly<Record<string, string | number | boolean | null>>

/** A log that keeps nothing, for tests and for short commands. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} }
