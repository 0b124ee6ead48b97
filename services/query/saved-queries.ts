/**
 * Texts that members of a project keep under a name; the only file that names their table. A text may hold literals about persons: it
 * lies sealed, with its title, under a key of its project, which is destroyed with it.
 */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { TEXT_BYTES } from '../engine/parser.ts'
import type { Clock } from '../kernel/clock.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { openTurns } from '../kernel/turns.ts'
import { SealedDamaged, type Sealing } from '../keys/chunks.ts'
import type { Keyring } from '../keys/keyring.ts'
import { openBytes, sealBytes } from '../keys/sealed-file.ts'
import type { Store } from '../store/store.ts'
import type { QuerySaved } from '../store/tables.ts'

const code = z.string().min(1).max(100).exactOptional()

/** What is kept: nobody has checked or asked it. */
export const savedText = z.strictObject({
  title: z.string().trim().min(1).max(60),
  sql: z
    .string()
    .refine((sql) => sql.trim() !== '', {
      error: 'Un texte vide ne se garde pas. / An empty text is not kept.',
    })
    .refine((sql) => Buffer.byteLength(sql) <= TEXT_BYTES, {
      error: 'Plus long qu’une requête ne peut l’être (64 Kio). / Longer than a query may be (64 KiB).',
    }),
  purpose: code,
  objective: code,
})

interface Kept extends z.infer<typeof savedText> {
  /** The other members of the project read it too. */
  readonly isShared: boolean
}

export interface SavedQuery extends Kept {
  readonly id: string
  readonly author: Actor
  /** ms since 1970. */
  readonly savedAt: number
  /** How often it was saved. */
  readonly revision: number
}

interface Whose {
  readonly project: string
  readonly by: Actor
}

/** One of somebody’s own. */
interface Own extends Whose {
  readonly id: string
}

interface Writing {
  /** Asked once nothing else of the project is being written: where it rejects, nothing is. */
  readonly allowed: () => Promise<void>
}

/** Of one person in one project. */
export const mostSaved = 100

export interface SavedQueries {
  /** Those of this person and those that others share, the newest first. UNAVAILABLE where a row is not what was sealed. */
  list(project: string, by: Actor): Promise<readonly SavedQuery[]>
  /** Refusal QUOTA_EXCEEDED. */
  add(whose: Whose & Writing, kept: Kept): Promise<SavedQuery>
  /** Refusals NOT_FOUND, also of somebody else’s; WRONG_STATE where it has another revision than the one named. */
  change(own: Own & Writing & { readonly revision?: number }, kept: Kept): Promise<SavedQuery>
  /** Refusal NOT_FOUND. */
  remove(own: Own): Promise<void>
  /** The key first, so that nothing opens what is left of the rows. Done again, it finds nothing to do. */
  destroy(project: string): Promise<void>
}

interface SavedQueriesNeeds {
  readonly store: Pick<Store, 'db'>
  readonly keyring: Pick<Keyring, 'of' | 'find' | 'destroy'>
  readonly clock: Clock
}

export function openSavedQueries(needs: SavedQueriesNeeds): SavedQueries {
  const { store, keyring, clock } = needs
  const { db } = store
  // The node is the only writer of its base: what is closed and what is being saved never cross.
  const turns = openTurns()
  return {
    list: (project, by) => list(needs, { project, by }),
    add: ({ project, by, allowed }, kept) =>
      turns.take(async () => {
        await allowed()
        if ((await ownRows(db, { project, by }).execute()).length >= mostSaved) throw tooMany()
        const query = { ...kept, id: randomUUID(), author: actorOf(by), savedAt: clock.now(), revision: 1 }
        const row = await rowOf(keyring, query, project)
        await db.insertInto('query_saved').values(row).execute()
        return query
      }, project),
    change: ({ project, by, id, revision, allowed }, kept) =>
      turns.take(async () => {
        await allowed()
        const found = await ownRows(db, { project, by }).where('id', '=', id).executeTakeFirst()
        if (found === undefined) throw unknown()
        if (revision !== undefined && revision !== found.revision) throw outrun()
        const about = { id, author: actorOf(by), savedAt: clock.now(), revision: found.revision + 1 }
        const query = { ...kept, ...about }
        const { id: _id, ...changed } = await rowOf(keyring, query, project)
        await db.updateTable('query_saved').set(changed).where('id', '=', id).execute()
        return query
      }, project),
    remove: ({ project, by, id }) =>
      turns.take(async () => {
        const found = await ownRows(db, { project, by }).where('id', '=', id).executeTakeFirst()
        if (found === undefined) throw unknown()
        await db.deleteFrom('query_saved').where('id', '=', id).execute()
      }, project),
    destroy: (project) =>
      turns.take(async () => {
        await keyring.destroy(keyOf(project))
        await db.deleteFrom('query_saved').where('project', '=', project).execute()
      }, project),
  }
}

async function list(
  { store, keyring }: SavedQueriesNeeds,
  { project, by }: Whose,
): Promise<readonly SavedQuery[]> {
  const rows = await store.db
    .selectFrom('query_saved')
    .selectAll()
    .where('project', '=', project)
    .orderBy('saved_ms', 'desc')
    .orderBy('id')
    .execute()
  const shown = rows.filter((row) => row.is_shared || samePerson(row, by))
  const key = shown.length === 0 ? null : await keyring.find(keyOf(project))
  return key === null ? [] : shown.map((row) => openRow(key, row))
}

function ownRows(db: Store['db'], { project, by }: Whose) {
  return db
    .selectFrom('query_saved')
    .select(['id', 'revision'])
    .where('project', '=', project)
    .where('issuer', '=', by.issuer)
    .where('subject', '=', by.subject)
}

const keyOf = (project: string) => ({ kind: 'saved-queries', id: project }) as const

const actorOf = ({ issuer, subject }: Actor): Actor => ({ issuer, subject })

function tooMany(): Refusal {
  const key = 'saved-queries.count'
  const facts = { fact: { key, with: { most: mostSaved } }, hint: { key: `${key}.hint` } }
  return new Refusal('QUOTA_EXCEEDED', { rule: key, ...facts })
}

function outrun(): Refusal {
  const rule = 'saved-queries.revision'
  return new Refusal('WRONG_STATE', { rule, hint: { key: `${rule}.hint` } })
}

const unknown = () => new Refusal('NOT_FOUND', { rule: 'saved-queries.none' })

async function rowOf(
  keyring: SavedQueriesNeeds['keyring'],
  { id, author, isShared, savedAt, revision, ...text }: SavedQuery,
  project: string,
): Promise<QuerySaved> {
  const row = { id, project, ...author, is_shared: isShared, revision, saved_ms: savedAt }
  const sealing = sealingOf(await keyring.of(keyOf(project)), row)
  return { ...row, sealed: sealBytes(Buffer.from(canonical(text)), sealing) }
}

type Named = Omit<QuerySaved, 'sealed' | 'saved_ms'>

/** A row opens as what it says of itself: whose, shared or not, which revision. */
function sealingOf(key: Uint8Array, { id, project, issuer, subject, is_shared, revision }: Named): Sealing {
  const whose = sha256(canonical({ issuer, subject, isShared: is_shared }))
  return { key, context: { kind: 'saved-queries', of: project, version: revision, file: `${id}.${whose}` } }
}

function openRow(key: Uint8Array, row: QuerySaved): SavedQuery {
  const { id, issuer, subject, is_shared: isShared, saved_ms: savedAt, revision, sealed } = row
  const text = savedText.parse(JSON.parse(opened(key, row, sealed)))
  return { id, ...text, isShared, author: { issuer, subject }, savedAt, revision }
}

function opened(key: Uint8Array, row: Named, sealed: Uint8Array): string {
  try {
    return openBytes(sealed, sealingOf(key, row)).toString('utf8')
  } catch (error) {
    if (!(error instanceof SealedDamaged)) throw error
    throw new Refusal('UNAVAILABLE', { rule: 'saved-queries.damaged' }, { cause: error })
  }
}
