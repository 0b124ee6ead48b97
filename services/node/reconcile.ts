/** What a start does with what the last stop left: the log, the register and the folders are brought together. */
import type { AuditLog } from '../audit/writer.ts'
import { expireUploads, recoverUploads } from '../dataset/uploads.ts'
import { endRetention, finishWithdrawals } from '../dataset/withdrawal.ts'
import { recordLapses } from '../habilitation/campaign.ts'
import { finishClosings, finishRecalls, recordExpiries } from '../habilitation/closing.ts'
import { sweepDocuments } from '../habilitation/dossier.ts'
import { fold } from '../habilitation/fold.ts'
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import { abandonQueries } from '../query/abandon.ts'
import { StartError } from './listening.ts'
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
 * Refuses a database that knows entries which this log never had (exit 75), seals what lies in the clear, ends the queries that the last stop cut, cleans what a crash left of deposits and checks
 * them again, seals the lines that are open and not sealed, and writes down what time has ended.
 */
export async function reconcile(
  { dataset, uploads, versions, habilitation, bulles, query }: Rooms,
  audit: AuditLog,
  sealHome: () => Promise<void>,
): Promise<void> {
  const last = await habilitation.registry.lastRecorded(audit.origin)
  if (last !== null && last >= audit.size) {
    const message = `la base connaît l’entrée ${last}, le journal en a ${audit.size} : l’un des deux n’est pas le bon`
    throw new StartError(message, 75)
  }
  // Not before the database is known to be that of this home: its keys are what opens the files from then on.
  await sealHome()
  await sweepDocuments(habilitation)
  await abandonQueries(query, audit)
  await recoverUploads(uploads)
  await dataset.checker.resume()
  await passTime({ habilitation, uploads, versions })
  for (const { id, events } of await habilitation.registry.list()) {
    const { project } = fold(id, events)
    if (project === undefined) continue
    await query.workspace.clean(project)
    // A permit whose signature is not good stops its own project, not the node.
    const current = await habilitation.permits.current(project).catch(refusedIsNull)
    if (current !== null) bulles.seal(current)
  }
  bulles.renew()
  // Last: it looks at what the projects above were given.
  await finishWithdrawals(versions, system)
}

/** Writes down what time has ended, and destroys what a closure left: at the start and while the node runs. */
export async function passTime({
  habilitation,
  uploads,
  versions,
}: Pick<Rooms, 'habilitation' | 'uploads' | 'versions'>): Promise<void> {
  await recordExpiries(habilitation, system)
  await recordLapses(habilitation, system)
  await finishClosings(habilitation, system)
  await finishRecalls(habilitation)
  await expireUploads(uploads)
  await endRetention(versions, system)
}

function refusedIsNull(error: unknown): null {
  if (error instanceof Refusal && error.code === 'PERMIT_INVALID') return null
  throw error
}
