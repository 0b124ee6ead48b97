/** What a verification leaves of each shard, and what it may begin with. */

/** What is known of a shard from an earlier verification or from a checkpoint that was kept. */
export interface Known {
  readonly size: number
  readonly root: string
  readonly vkey?: string
}

/** A log that lies before this shard: the one that its first entry quotes, or one that was dropped. */
export interface Quoted {
  readonly origin: string
  readonly size: number
  readonly root: string
}

export interface ShardState {
  readonly origin: string
  readonly vkey: string
  /** Signed size and root. */
  readonly size: number
  readonly root: string
  /** Entries checked: those signed and those in the journal. */
  readonly entries: number
  readonly isClosed: boolean
  /** What the next shard must quote. */
  readonly opening: string
  /** The shard before, as the first entry quotes it; none for the first shard of a home. */
  readonly quoted?: Quoted
  /** Shards that were dropped in their time. */
  readonly dropped: readonly Quoted[]
  /** Whether a cosigned head is kept, whoever cosigned it. */
  readonly isCosigned: boolean
  /** The last cosigned size and when enough witnesses had signed it, POSIX seconds; none without a quorum. */
  readonly cosigned?: { readonly size: number; readonly time: number }
}
