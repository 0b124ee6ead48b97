/** One look of `huisclos doctor`: what is looked at, and what may be found. */
import { readSettings, type Settings } from '../../config.ts'
import type { Language } from '../../kernel/text.ts'
import type { ServerFile } from '../../node/server-file.ts'
import type { DatabaseFacts } from '../../store/database-facts.ts'
import { embeddedAddress } from '../../store/embedded-address.ts'

/** A sentence in both languages. */
export type Said = Readonly<Record<Language, string>>

/** What is wrong and what to do about it; or that nothing is, and what was seen. */
export type Finding = { readonly ok: true; readonly seen: Said } | Fault

export interface Fault {
  readonly ok: false
  readonly seen: Said
  readonly remedy: Said
  /** A node does not start, does not hold its promises, or soon will not. */
  readonly severe: boolean
  /** Puts it right where nothing can be lost by it; what `--fix` does. */
  readonly fix?: () => Promise<void>
}

export interface Check {
  readonly name: string
  /** It computes and waits for nobody: where it takes too long the machine is busy, and nothing is known to be wrong. */
  readonly isHeavy?: true
  /** Must write nothing but what it removes again. */
  look(about: About): Promise<Finding>
}

/** What a check may look at. */
export interface About {
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The node of this home, when it runs. */
  readonly server: ServerFile | null
  readonly now: () => number
  /** Stands for `/` where the kernel and the machine are asked: `/proc`, `/sys`, `/dev`. */
  readonly root: string
  /** Folder of the rules. */
  readonly policies: string
  /** What the control database says of itself, asked once; null where it does not run now, a rejection where it does not answer. */
  readonly database: () => Promise<DatabaseFacts | null>
}

/** Figures and paths are the same in both languages. */
type Words = string | Said

export function both(fr: string, en: string): Said {
  return { fr, en }
}

function saidOf(words: Words): Said {
  return typeof words === 'string' ? { fr: words, en: words } : words
}

export function fine(seen: Words): Finding {
  return { ok: true, seen: saidOf(seen) }
}

/** Severe: the command ends with status 5. */
export function wrong(seen: Words, remedy: Words): Fault {
  return { ok: false, seen: saidOf(seen), remedy: saidOf(remedy), severe: true }
}

/** Worth knowing; the command ends well. */
export function worth(seen: Words, remedy: Words): Fault {
  return { ok: false, seen: saidOf(seen), remedy: saidOf(remedy), severe: false }
}

/** Severe in production, where real data are; worth knowing in a demonstration. */
export function graveIn(settings: Settings | null): typeof wrong {
  return settings?.mode.kind === 'production' ? wrong : worth
}

export const notRunning: Finding = fine(
  both('le nœud ne tourne pas : rien à voir', 'the node is not running: nothing to see'),
)

/** Null where the configuration is not one, which is told in its own line. */
export function settingsOf({ environment }: Pick<About, 'environment'>): Settings | null {
  try {
    return readSettings(environment)
  } catch {
    return null
  }
}

/** Null in a demonstration, and where there is no configuration that can be read. */
export function productionOf(about: Pick<About, 'environment'>) {
  const mode = settingsOf(about)?.mode
  return mode?.kind === 'production' ? mode.configuration : null
}

/** Holds a password: never to be shown. Null where the database is ours and stopped with the node: a crash leaves its word behind. */
export async function databaseUrlOf(
  about: Pick<About, 'environment' | 'home' | 'server'>,
): Promise<string | null> {
  const given = settingsOf(about)?.databaseUrl
  return given ?? (about.server === null ? null : embeddedAddress(about.home))
}

const gibibyte = 1024 ** 3
export function gibibytes(bytes: number): string {
  return `${(bytes / gibibyte).toFixed(1)} GiB`
}
