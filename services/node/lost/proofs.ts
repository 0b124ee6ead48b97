/** Proofs of persons that only the log knows: one that was ended is ended again, one that was given is given again by a human. */
import { z } from 'zod'
import type { Indexed } from '../../audit/writer.ts'
import { addProof, proofKind, recordedProofs } from '../../identity/proof-table.ts'
import type { Store } from '../../store/store.ts'
import { abortedIn, type LogReading, leave, originOf, placeName, placesOf } from './entries.ts'
import type { Finding } from './habilitations.ts'

interface ProofRows extends LogReading {
  readonly store: Pick<Store, 'db'>
}

/** A second time there is nothing to do. */
export async function redoProofs(needs: ProofRows): Promise<readonly Finding[]> {
  const known = await recordedProofs(needs.store.db)
  const places = await placesOf(needs, { type: 'proof.recorded' })
  const lost = places.filter(({ shard, seq }) => !known.has(`${originOf(needs, shard)} ${seq}`))
  const aborted = lost.length === 0 ? new Set<string>() : await abortedIn(needs)
  const findings: Finding[] = []
  for (const place of lost.filter((one) => !aborted.has(placeName(one)))) {
    const entry = await needs.audit.entry(place.seq, place.shard)
    if (entry?.body.type !== 'proof.recorded') continue
    const isRedone = await endAgain(needs, entry)
    if (!isRedone) await leave(needs, entry)
    const { shard, seq, body } = entry
    findings.push({ shard, seq, type: body.type, of: body.proof, outcome: isRedone ? 'redone' : 'left' })
  }
  return findings
}

const sealedPerson = z.object({ issuer: z.string(), subject: z.string() })

/** False for a proof that was given, and where nobody knows any more whose it was. */
async function endAgain(needs: ProofRows, { shard, seq, ts, body, actor }: Indexed): Promise<boolean> {
  if (body.type !== 'proof.recorded' || Date.parse(body.until) > Date.parse(ts)) return false
  const [kind, person] = [proofKind(body.proof), sealedPerson.safeParse(await needs.audit.unseal(seq, shard))]
  if (kind === null || !person.success || actor === undefined) return false
  const proof = {
    ...{ person: person.data, proof: kind, version: body.version, by: actor },
    ...{ at: Date.parse(ts), until: Date.parse(body.until) },
  }
  const place = { log: originOf(needs, shard), seq }
  return needs.store.db
    .transaction()
    .execute((transaction) => addProof(transaction, proof, place))
    .then(
      () => true,
      (error: unknown) => noAccount(error),
    )
}

/** The database does not have the person either: then she has nothing that could be ended. */
function noAccount(error: unknown): false {
  const isOrphan = error instanceof Error && 'code' in error && error.code === '23503'
  if (!isOrphan) throw error
  return false
}
