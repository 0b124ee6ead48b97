/** Figures of the log: its room, its speed, its checkpoints, its witnesses; and what its entries count. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Indexed } from '../../audit/record.ts'
import type { Witnessing } from '../../audit/witness/collector.ts'
import type { AuditLog } from '../../audit/writer.ts'
import { type Counter, counter, type Family, gauge, histogram } from '../../gateway/metrics.ts'
import type { Clock } from '../../kernel/clock.ts'
import { refusals } from '../../kernel/refusal.ts'

const codes = Object.keys(refusals)
const causes = ['deadline', 'memory', 'crash', 'revoked', 'client', 'restart', 'drift', 'failed']

/** Counts durable entries as they come, from the start of this process on. */
export function openEntryCounts(clock: Clock) {
  const refused = counter({
    name: 'huisclos_refusals_total',
    help: { fr: 'Appels refusés et inscrits, par code', en: 'Recorded refusals of calls, by code' },
    labels: { code: codes },
  })
  const released = counter({
    name: 'huisclos_queries_released_total',
    help: { fr: 'Requêtes répondues', en: 'Answered queries' },
  })
  const refusedQueries = counter({
    name: 'huisclos_queries_refused_total',
    help: { fr: 'Requêtes refusées, par code', en: 'Refused queries, by code' },
    labels: { code: codes },
  })
  const aborted = counter({
    name: 'huisclos_queries_aborted_total',
    help: {
      fr: 'Requêtes commencées sans réponse, par cause',
      en: 'Queries begun without an answer, by cause',
    },
    labels: { cause: causes },
  })
  const jumps = counter({
    name: 'huisclos_clock_jumps_total',
    help: { fr: 'Sauts de l’horloge vus par le journal', en: 'Jumps of the clock that the log saw' },
  })
  const conflicts = counter({
    name: 'huisclos_witness_conflicts_total',
    help: { fr: 'Témoins qui ont contredit le journal', en: 'Witnesses that contradicted the log' },
  })
  const append = histogram(
    {
      name: 'huisclos_audit_append_seconds',
      help: {
        fr: 'Temps du numéro d’une entrée à son inscription durable',
        en: 'Time from the number of an entry until it is durable',
      },
    },
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  )
  const simple = new Map<string, Counter>([
    ['query.release', released],
    ['witness.conflict', conflicts],
  ])
  const coded = new Map<string, Counter>([
    ['access.refused', refused],
    ['auth.refused', refused],
    ['query.refused', refusedQueries],
  ])
  return {
    families: [refused, released, refusedQueries, aborted, jumps, conflicts, append] as readonly Family[],
    onEntry({ body, ts }: Pick<Indexed, 'body' | 'ts'>) {
      append.observe(Math.max(0, clock.now() - Date.parse(ts)) / 1000)
      count(body)
    },
  }

  function count(body: Indexed['body']): void {
    simple.get(body.type)?.add()
    if ('code' in body && body.code !== undefined) coded.get(body.type)?.add({ code: body.code })
    if (body.type === 'query.abort') aborted.add({ cause: body.cause })
    if (body.type === 'anomaly.raised' && body.anomaly.startsWith('clock.')) jumps.add()
  }
}

export interface EvidenceOn {
  readonly home: string
  readonly audit: AuditLog
  readonly witnessing: Pick<Witnessing, 'status'>
  readonly clock: Clock
}

export function evidenceFamilies({ home, audit, witnessing, clock }: EvidenceOn): readonly Family[] {
  const current = () => audit.shards.at(-1) ?? ''
  return [
    gauge(
      {
        name: 'huisclos_audit_entries',
        help: { fr: 'Entrées du journal de l’année', en: 'Entries of the current shard' },
      },
      () => audit.size,
    ),
    gauge(
      {
        name: 'huisclos_audit_unsigned_entries',
        help: {
          fr: 'Entrées durables qu’aucun point de contrôle ne couvre',
          en: 'Durable entries that no checkpoint covers',
        },
      },
      async () => audit.size - (await audit.trees.signed(current())).size,
    ),
    gauge(
      {
        name: 'huisclos_audit_checkpoint_age_seconds',
        help: { fr: 'Âge du dernier point de contrôle signé', en: 'Age of the last signed checkpoint' },
      },
      async () => (Date.now() - (await stat(join(home, 'audit', current(), 'checkpoint'))).mtimeMs) / 1000,
    ),
    gauge(
      {
        name: 'huisclos_audit_free_bytes',
        help: { fr: 'Place sur le disque du journal', en: 'Room on the disk of the log' },
      },
      () => audit.space.freeBytes,
    ),
    gauge(
      {
        name: 'huisclos_audit_floor_bytes',
        help: {
          fr: 'Sous cette place, rien n’est inscrit et rien ne tourne',
          en: 'Below this room nothing is recorded and nothing runs',
        },
      },
      () => audit.space.floorBytes,
    ),
    ...witnessFamilies(witnessing, clock),
  ]
}

/** Nothing is told where nobody is asked. */
function witnessFamilies(witnessing: Pick<Witnessing, 'status'>, clock: Clock): readonly Family[] {
  const begunAt = clock.now()
  const none = Number.NaN
  const asked = () => witnessing.status().quorum > 0
  const isCosigning = ({ state }: { state: string }) => state === 'cosigned'
  return [
    gauge(
      {
        name: 'huisclos_witness_quorum',
        help: { fr: 'Témoins qui doivent cosigner', en: 'Witnesses that must cosign' },
      },
      () => (asked() ? witnessing.status().quorum : none),
    ),
    gauge(
      {
        name: 'huisclos_witnesses_cosigning',
        help: {
          fr: 'Témoins qui ont cosigné au dernier tour',
          en: 'Witnesses that cosigned in the last round',
        },
      },
      () => (asked() ? witnessing.status().witnesses.filter(isCosigning).length : none),
    ),
    gauge(
      {
        name: 'huisclos_witness_quorum_age_seconds',
        help: {
          fr: 'Âge du dernier quorum ; sans aucun, temps depuis le démarrage',
          en: 'Age of the last quorum; with none, time since the start',
        },
      },
      () => (asked() ? (clock.now() - (witnessing.status().cosignedAt ?? begunAt)) / 1000 : none),
    ),
    {
      metric: {
        name: 'huisclos_witness_cosigning',
        type: 'gauge',
        help: {
          fr: '1 : ce témoin a cosigné au dernier tour',
          en: '1: this witness cosigned in the last round',
        },
        labels: { witness: 16 },
      },
      read: () =>
        witnessing.status().witnesses.map(({ name, state }) => ({
          labels: { witness: name },
          value: Number(isCosigning({ state })),
        })),
    },
  ]
}
