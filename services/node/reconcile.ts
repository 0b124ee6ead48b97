/** What a start does with what the last stop left: the log, the register and the folders are brought together. */
import { passAirlockTime } from '../airlock/time.ts'
import type { AuditLog } from '../audit/writer.ts'
import { expireUploads, recoverUploads } from '../dataset/uploads.ts'
import { endRetention, finishWithdrawals } from '../dataset/withdrawal.ts'
import { recordLapses } from '../habilitation/campaign.ts'
import { finishClosings, finishRecalls, recordExpiries } from '../habilitation/closing.ts'
import { sweepDocuments } from '../habilitation/dossier.ts'
import { fold } from '../habilitation/fold.ts'
import { openRecorded } from '../habilitation/recorded.ts'
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import { abandonQueries } from '../query/abandon.ts'
import { lastRecorded } from '../query/registry.ts'
import { forgetClosed } from '../query/saving.ts'
import { recordOverdue } from '../review/incident-acts.ts'
import { restoreIncidents } from '../review/incident-recovery.ts'
import type { Ground } from './floors.ts'
import { reconcileState, type StateNeeds } from './lost/reconcile-state.ts'
import type { Rooms } from './rooms.ts'

/** Who acts when time alone does. */
const system: Person = {
  issuer: 'node',
  subject: 'system',
  displayName: 'system',
  organisation: 'node',
  roles: [],
  proofs: {},
  level: 0,
  door: 'system',
  methods: [],
}

/**
 * Refuses a database that knows entries which this log never had (exit 75), redoes what an older one has forgotten, seals what lies in
 * the clear, ends the queries that the last stop cut, cleans what a crash left of deposits and checks
 * them again, seals the lines that are open and not sealed, and writes down what time has ended.
 */
export async function reconcile(
  rooms: Rooms,
  audit: AuditLog,
  ground: Pick<Ground, 'home' | 'log'> & { readonly sealHome: () => Promise<void> },
): Promise<void> {
  const { dataset, versions, uploads, habilitation, bulles, query, saving } = rooms
  await reconcileState(await stateOf(rooms, audit, ground))
  // Not before the database is known to be that of this home: its keys are what opens the files from then on.
  await ground.sealHome()
  const sealed = await dataset.optOuts.sealPlain()
  if (sealed > 0) ground.log.warn('opt-outs of an earlier release were sealed', { rows: sealed })
  await sweepDocuments(habilitation)
  await abandonQueries(query, audit)
  await recoverUploads(uploads)
  await dataset.checker.resume()
  await restoreIncidents(rooms.review)
  await passTime(rooms)
  for (const { id, events } of await habilitation.registry.list()) {
    const known = fold(id, events)
    const { project } = known
    if (project === undefined) continue
    await forgetClosed(saving.saved, known)
    await query.workspace.clean(project)
    // A permit whose signature is not good stops its own project, not the node.
    const current = await habilitation.permits.current(project).catch(refusedIsNull)
    if (current !== null) bulles.seal(current)
  }
  bulles.renew()
  // Last: it looks at what the projects above were given.
  await finishWithdrawals(versions, system)
}

/** Rows and entries of everything that may be permitted or restricted. */
async function stateOf(
  { dataset: { register, optOuts }, versions, habilitation, review, proofs, airlock }: Rooms,
  audit: AuditLog,
  { home, log }: Pick<Ground, 'home' | 'log'>,
): Promise<StateNeeds> {
  const { store } = proofs
  const { registry, clock } = habilitation
  const recorded = openRecorded(store)
  const { origin } = audit
  const others = [
    await registry.lastRecorded(origin),
    await lastRecorded(store, origin),
    await airlock.register.lastRecorded(origin),
  ]
  return {
    ...{
      home,
      log,
      audit,
      auditIndex: review.auditIndex,
      store,
      registry,
      recorded,
      register,
      optOuts,
      others,
    },
    versions: versions.versions,
    releases: airlock.register,
    now: clock.now(),
  }
}

/** Writes down what time has ended, and destroys what a closure left: at the start and while the node runs. */
export async function passTime({
  habilitation,
  uploads,
  versions,
  airlock,
  review,
}: Pick<Rooms, 'habilitation' | 'uploads' | 'versions' | 'airlock' | 'review'>): Promise<void> {
  await recordExpiries(habilitation, system)
  await recordLapses(habilitation, system)
  await finishClosings(habilitation, system)
  await finishRecalls(habilitation)
  await expireUploads(uploads)
  await endRetention(versions, system)
  await passAirlockTime(airlock, system)
  await recordOverdue(review)
}

function refusedIsNull(error: unknown): null {
  if (error instanceof Refusal && error.code === 'PERMIT_INVALID') return null
  throw error
}
