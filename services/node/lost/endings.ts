/** Endings that only the log knows: versions withdrawn, opt-outs lodged, sessions closed, tokens revoked, identities untied; and beginnings that came to nothing. */
import { z } from 'zod'
import type { Indexed } from '../../audit/writer.ts'
import type { VersionRegister } from '../../dataset/version-register.ts'
import type { RecordedEvent } from '../../habilitation/recorded.ts'
import { endToken, untie } from '../../identity/lost-endings.ts'
import { recoverSessions } from '../../identity/session-recovery.ts'
import type { Store } from '../../store/store.ts'
import { abortedIn, entriesOf, leave, originOf, placeName } from './entries.ts'
import type { Finding } from './habilitations.ts'
import { tellOpenings } from './openings.ts'
import { finishOptOuts, holdForOptOuts, type OptOutNeeds } from './opt-outs.ts'
import { redoProofs } from './proofs.ts'

/** Longer than any session or token lives. */
const livedMs = 24 * 3_600_000

export interface EndingNeeds extends OptOutNeeds {
  readonly store: Pick<Store, 'db'>
  readonly versions: Pick<VersionRegister, 'find' | 'withdraw'>
  /** POSIX milliseconds. */
  readonly now: number
}

/** Does them again; a second time there is nothing to do. */
export async function redoEndings(
  needs: EndingNeeds,
  events: readonly RecordedEvent[],
): Promise<readonly Finding[]> {
  await recoverSessions(needs.store, sessionEntries(needs))
  return [
    ...(await leaveVersions(needs)),
    ...(await redoWithdrawals(needs)),
    ...(await redoTokens(needs)),
    ...(await redoUnlinks(needs)),
    ...(await redoProofs(needs)),
    ...(await tellOpenings(needs, needs.now - livedMs)),
    ...(await finishOptOuts(needs)),
    ...(await holdForOptOuts(needs, events)),
  ]
}

async function* sessionEntries(needs: EndingNeeds): AsyncGenerator<Indexed> {
  const from = needs.now - livedMs
  yield* entriesOf(needs, { type: 'auth.closed', from })
  yield* entriesOf(needs, { type: 'state.aborted', from })
}

/** A version that the database does not have is not given to anybody: its holder deposits it again. */
async function leaveVersions(needs: EndingNeeds): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  let aborted: ReadonlySet<string> | undefined
  for await (const entry of entriesOf(needs, { type: 'deposit.accepted' })) {
    const { shard, seq, body } = entry
    if (body.type !== 'deposit.accepted') continue
    const found = await needs.versions.find(body)
    if (found?.manifestSha256 === body.manifestSha256) continue
    aborted ??= await abortedIn(needs)
    if (aborted.has(placeName({ shard, seq }))) continue
    await leave(needs, entry)
    findings.push({ shard, seq, type: body.type, of: `${body.dataset} v${body.version}`, outcome: 'left' })
  }
  return findings
}

async function redoWithdrawals(needs: EndingNeeds): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for await (const { shard, seq, ts, body } of entriesOf(needs, { type: 'dataset.withdrawn' })) {
    if (body.type !== 'dataset.withdrawn') continue
    const { dataset, version, cause, sha256 } = body
    const found = await needs.versions.find({ dataset, version })
    // A version that was made again under the same number is another one.
    if (found === null || found.withdrawal !== undefined || found.manifestSha256 !== sha256) continue
    const withdrawal = { at: Date.parse(ts), cause, log: originOf(needs, shard), seq }
    await needs.versions.withdraw({ dataset, version }, withdrawal)
    findings.push({ shard, seq, type: body.type, of: `${dataset} v${version}`, outcome: 'redone' })
  }
  return findings
}

async function redoTokens(needs: EndingNeeds): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const from = needs.now - livedMs
  for await (const { shard, seq, ts, body } of entriesOf(needs, { type: 'token.revoked', from })) {
    if (body.type !== 'token.revoked') continue
    if (await endToken(needs.store, body.token, Date.parse(ts)))
      findings.push({ shard, seq, type: body.type, of: body.token, outcome: 'redone' })
  }
  return findings
}

const identity = z.object({ subject: z.string() })

async function redoUnlinks(needs: EndingNeeds): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const aborted = await abortedIn(needs)
  for await (const { shard, seq, ts, body, actor } of entriesOf(needs, { type: 'identity.unlinked' })) {
    if (body.type !== 'identity.unlinked' || actor === undefined || aborted.has(placeName({ shard, seq })))
      continue
    const sealed = identity.safeParse(await needs.audit.unseal(seq, shard))
    const untied = {
      ...{ account: actor, issuer: body.issuer, at: Date.parse(ts) },
      subject: sealed.data?.subject ?? null,
    }
    if ((await untie(needs.store, untied)) > 0)
      findings.push({ shard, seq, type: body.type, of: body.issuer, outcome: 'redone' })
  }
  return findings
}
