/** The words that every room uses. */

/** Who a token speaks for. `issuer` is the configured name of an issuer (`demo` is the embedded one), `subject` its `sub`. */
export interface Actor {
  readonly issuer: string
  readonly subject: string
}

/** A person is the pair (issuer, subject), never a name or an address. */
export function samePerson(a: Actor, b: Actor): boolean {
  return a.issuer === b.issuer && a.subject === b.subject
}

declare const written: unique symbol

/**
 * Proof that an entry of the audit log is on disk. Made by the audit room alone, after the flush; whoever holds one may
 * act or answer. `log` is the origin of the shard, `seq` the leaf index, `leaf` the hexadecimal RFC 6962 leaf hash.
 */
export interface Receipt {
  readonly log: string
  readonly seq: number
  readonly leaf: string
  readonly [written]: true
}

/** Something that stops on its own terms: closed once, in the reverse order of opening. */
export interface Closable {
  close(): Promise<void>
}
