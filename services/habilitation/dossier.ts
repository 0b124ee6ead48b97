/** The documents of a request: sent by its lead, read by those who may read it, taken back while it is a draft. */
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type ActNeeds, change } from './change.ts'
import { attachmentsFor } from './dossier-view.ts'
import type { Attachment } from './event.ts'
import { fold } from './fold.ts'
import { stateAt } from './lifetime.ts'
import { mayEver, possibleCapacities } from './matrix.ts'
import { readHabilitation } from './read.ts'
import type { HabilitationView } from './view.ts'

export interface Upload {
  readonly id: string
  /** The field that it belongs to, such as `protocol`. */
  readonly field: string
  /** The name its sender gives it; never a path on this node. */
  readonly name: string
  /** Its media type, as the sender says it. */
  readonly type: string | undefined
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * Keeps one document of a request. Refusals: ROLE, NOT_FOUND and UNSUPPORTED_TYPE before a byte is read; TOO_LARGE, INVALID,
 * WRONG_STATE, QUOTA_EXCEEDED. When it resolves, bytes, entry and row are durable; when it refuses, the bytes are gone.
 */
export async function attach(needs: ActNeeds, by: Person, upload: Upload): Promise<HabilitationView> {
  const { id, field, name, type, body } = upload
  if (!mayEver(needs.rulebook.vocabularies.roles, possibleCapacities(by), 'attachment'))
    throw new Refusal('ROLE')
  await readHabilitation(needs, by, id)
  if (!/^application\/pdf *(;|$)/i.test(type ?? '')) throw new Refusal('UNSUPPORTED_TYPE')
  const received = await needs.documents.receive(body)
  const document = { ...received, name, field }
  const asked = { type: 'attachment', document, most: needs.documents.limits.most } as const
  try {
    await change(needs, id, { by, asked })
  } catch (error) {
    // Of anything but a refusal nobody knows whether the row stands: the next start does.
    if (error instanceof Refusal) await needs.documents.forget(received.attachment)
    throw error
  }
  return readHabilitation(needs, by, id)
}

/** Takes a document back, out of a draft only. Refusals: ROLE, NOT_FOUND, WRONG_STATE. */
export async function detach(
  needs: ActNeeds,
  by: Person,
  { id, attachment }: { id: string; attachment: string },
): Promise<HabilitationView> {
  if (!mayEver(needs.rulebook.vocabularies.roles, possibleCapacities(by), 'detachment'))
    throw new Refusal('ROLE')
  await change(needs, id, { by, asked: { type: 'detachment', attachment } })
  await needs.documents.forget(attachment)
  return readHabilitation(needs, by, id)
}

/** One document with its bytes, once the log knows who read it. Refusal NOT_FOUND. */
export async function readAttachment(
  needs: ActNeeds,
  by: Person,
  { id, attachment }: { id: string; attachment: string },
): Promise<Attachment & { readonly content: Buffer }> {
  await readHabilitation(needs, by, id)
  const stored = await needs.registry.read(id)
  const habilitation = stored && fold(id, stored.events)
  const found = habilitation && attachmentsFor(habilitation, by).find((one) => one.attachment === attachment)
  if (!(habilitation && found)) throw new Refusal('NOT_FOUND')
  const content = await needs.documents.read(found)
  const { sha256, bytes } = found
  const state = stateAt(habilitation, needs.clock.now())
  const entry = { type: 'habilitation.read', habilitation: id, state, attachment, sha256, bytes } as const
  await needs.audit.append(entry, { by })
  return { ...found, content }
}

/** Removes the files that no request names: what a crash left, or a removal that it cut short. */
export async function sweepDocuments({
  registry,
  documents,
}: Pick<ActNeeds, 'registry' | 'documents'>): Promise<void> {
  const all = await registry.list()
  const named = all.flatMap(({ id, events }) => fold(id, events).attachments)
  await documents.sweep(new Set(named.map(({ attachment }) => attachment)))
}
