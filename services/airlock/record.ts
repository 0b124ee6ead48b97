/**
 * The disclosure record of a release (SATRE 3.3.09): what left, out of what, under which permit and rules, who looked and what they
 * said. Signed under the key of what the node publishes; it names every other file of the package by its hash. No person is named.
 */
import { z } from 'zod'
import type { Granted } from '../habilitation/decision.ts'
import type { Authority, SigningKey } from '../habilitation/signature.ts'
import { signCompact, verifyCompact } from '../identity/jws.ts'
import { isoInstant } from '../kernel/clock.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import { crateName, crateText } from './crate.ts'
import { isSent, placeOf, type Release, type Review, type SentFile } from './release.ts'

/** A review without its person. */
export interface RecordedReview extends Omit<Review, 'by' | 'at'> {
  /** 1 or 2, by the order of the votes of the round. */
  readonly checker: number
  readonly at: string
}

export function namelessReview(release: Pick<Release, 'reviews'>, review: Review): RecordedReview {
  const { by: _, at, ...rest } = review
  return { ...rest, checker: placeOf(release, review), at: isoInstant(at) }
}

interface Recording {
  readonly issuer: string
  /** What let the asker take it out, decided at this moment. */
  readonly granted: Granted
  readonly now: number
}

export function recordOf(release: Release, { issuer, granted, now }: Recording) {
  const { id, project, title, purpose, objective, permit, round, openedAt, askedAt, answers } = release
  return {
    ...{
      v: 1,
      iss: issuer,
      aud: 'huisclos:release',
      iat: Math.floor(now / 1000),
      release: id,
      project,
      title,
    },
    ...{ permit, purpose, ...(objective !== undefined && { objective }) },
    decision: { effect: granted.effect, policy: granted.bundle, rules: granted.rules },
    ...{
      openedAt: isoInstant(openedAt),
      askedAt: isoInstant(askedAt ?? openedAt),
      releasedAt: isoInstant(now),
    },
    rounds: round,
    files: release.files.filter(isSent).map(recordedFile),
    reviews: release.reviews.map((one) => ({ role: 'checker', ...namelessReview(release, one) })),
    answers: answers.map(({ at, ...rest }) => ({ ...rest, at: isoInstant(at) })),
    crate: { name: crateName, sha256: sha256(crateText(release)) },
  }
}

/** Of withheld cells that left: why they were asked for, where they are, and how many each rule had withheld. */
function recordedFile({ exact, checked: _, ...file }: SentFile) {
  if (exact?.released === undefined) return file
  return { ...file, exact: { justification: exact.justification, ...exact.released } }
}

const type = 'huisclos-release+jws'
const maxBytes = 4 * 1024 * 1024

export function signRecord(
  content: ReturnType<typeof recordOf>,
  { kid, privateKey }: SigningKey,
): NonNullable<Release['signed']> {
  const payload = canonical(content)
  return { sha256: sha256(payload), jws: signCompact({ payload, key: privateKey, kid, typ: type }) }
}

const opened = z.looseObject({ iss: z.string(), aud: z.literal('huisclos:release'), release: z.string() })

/** The record of a token that the node signed. Refusal INVALID for any other. */
export function openRecord(jws: string, { issuer, publicKeys }: Authority): z.infer<typeof opened> {
  const { payload } = verifyCompact({
    token: jws,
    keys: publicKeys,
    typ: type,
    algorithms: ['ES256'],
    maxBytes,
    code: 'INVALID',
  })
  const read = opened.safeParse(JSON.parse(payload))
  if (!read.success || read.data.iss !== issuer) throw new Refusal('INVALID', { rule: 'airlock.record' })
  return read.data
}
