/** What the measurement of a deposit is given. */

import type { Connection } from '../asking.ts'
import type { Descriptor } from '../descriptor.ts'
import type { RelationOf } from '../reach.ts'

export interface Measuring {
  readonly connection: Connection
  readonly descriptor: Descriptor
  /** The converted tables of the deposit. */
  readonly relationOf: RelationOf
  /** Day of the deposit, ISO. */
  readonly today: string
  /** Files of the version before, by table. */
  readonly previous?: { readonly version: number; readonly files: Readonly<Record<string, string>> }
}
