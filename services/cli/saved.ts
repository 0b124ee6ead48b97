/** Texts that members of a project keep under a name: `huisclos saved`, and `--saved` of `query` and `explain`. */
import { askJson, type Client } from './client.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'
import { type Shape, texts, write } from './show.ts'
import { tableLines } from './table.ts'

interface SavedText {
  readonly id: string
  readonly title: string
  readonly sql: string
  readonly purpose?: string
  readonly objective?: string
  readonly isShared: boolean
  readonly isOwn: boolean
  readonly author: { readonly subject: string }
  readonly savedAt: string
}

/** Which one is meant: a title as it was given, or an id. */
interface Which {
  readonly project: string
  readonly name: string
}

/** Those that the caller keeps and those that are shared with her; with a name, the text of that one alone. */
export async function saved(
  client: Client,
  out: Out,
  { project, name, ...shape }: Shape & { project: string; name?: string },
): Promise<void> {
  if (name !== undefined) {
    const one = await savedNamed(client, { project, name })
    write(out, shape, { value: one, lines: () => [one.sql] })
    return
  }
  const all = await savedIn(client, project)
  const rows = all.map((one) => [one.title, one.author.subject, one.isShared ? '✔' : '', one.savedAt])
  const columns = texts(['title', 'author', 'shared', 'saved'])
  write(out, shape, { value: all, lines: () => tableLines({ columns, rows, suppressed: [], k: 0 }) })
}

/** One's own before those of others. A CommandError where there is none, or several that a title does not tell apart. */
export async function savedNamed(client: Client, { project, name }: Which): Promise<SavedText> {
  const named = (await savedIn(client, project)).filter(({ id, title }) => id === name || title === name)
  const own = named.filter(({ isOwn }) => isOwn)
  const [one, ...others] = own.length > 0 ? own : named
  if (one === undefined) {
    const remedy = `huisclos saved -p ${project}`
    throw new CommandError(`--saved: aucune de ce titre / none of that title → ${remedy}`, exits.usage)
  }
  if (others.length > 0) {
    const ids = [one, ...others].map(({ id, author }) => `  ${id}  ${author.subject}`)
    const head = '--saved: plusieurs de ce titre, dites laquelle / several have that title, say which'
    throw new CommandError([head, ...ids].join('\n'), exits.usage)
  }
  return one
}

async function savedIn(client: Client, project: string): Promise<readonly SavedText[]> {
  const call = `GET /api/v1/projects/${encodeURIComponent(project)}/saved-queries`
  return (await askJson<{ savedQueries: readonly SavedText[] }>(client, call)).savedQueries
}
