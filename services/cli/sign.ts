/** `huisclos deposit --sign`: what this machine read of the files, signed with the key of the holder. The key stays here. */
import { createHash, createPublicKey } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { type HolderManifest, signManifest } from '../dataset/holder-manifest.ts'
import { createKeyFile, signingKeyOf } from '../habilitation/keys.ts'
import { systemClock } from '../kernel/clock.ts'
import { hasCode } from '../kernel/system-error.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'
import type { TableFile } from './table-file.ts'

/** `huisclos signing-key`: a key pair; its public half is what the operator of the node registers. */
export function addSigningKey(program: Command, out: Out): void {
  program
    .command('signing-key <fichier>')
    .description('fait la clé qui signe les dépôts, montre la publique · makes the signing key of a holder')
    .action(async (path: string) => {
      const pem = await createKeyFile(path).catch((error: unknown) => {
        throw failure(
          hasCode(error, 'EEXIST')
            ? `${path}: existe déjà, rien n’est écrasé / exists already, nothing is overwritten`
            : `${path}: ne peut être écrit / cannot be written`,
        )
      })
      out.stdout.write(createPublicKey(pem).export({ type: 'spki', format: 'pem' }))
    })
}

async function readSigningKey(path: string) {
  const found = await stat(path).catch(() => {
    throw failure(`${path}: clé introuvable / key not found; huisclos signing-key`)
  })
  if ((found.mode & 0o077) !== 0) {
    throw failure(`${path}: lisible par d’autres / others may read it; chmod 600`)
  }
  try {
    return signingKeyOf(await readFile(path, 'utf8'))
  } catch {
    throw failure(`${path}: n’est pas une clé de signature / is no signing key (P-256, PEM)`)
  }
}

interface ToSign {
  readonly dataset: string
  /** Of the stored descriptor, as the node says it. */
  readonly schema: string
  readonly files: readonly TableFile[]
  /** Rows and keys of pseudonyms, as this machine read them. */
  readonly read: {
    readonly tables: readonly { readonly table: string; readonly rows: number }[]
    readonly keys: readonly string[]
  }
  /** Persons who object and were left out before; absent where no list was looked at. */
  readonly optOutsApplied?: number
}

/** The signed manifest. CommandError for a key that others may read, and for pseudonyms under two keys. */
export async function signedManifest(keyFile: string, asked: ToSign): Promise<string> {
  const key = await readSigningKey(keyFile)
  const { dataset, schema, files, read, optOutsApplied } = asked
  if (read.keys.length > 1) {
    throw failure(`pseudonymes sous plusieurs clés / under several keys: ${read.keys.join(', ')}`)
  }
  const rows = new Map(read.tables.map((one) => [one.table, one.rows]))
  const tables: HolderManifest['tables'][number][] = []
  for (const { table, file } of files) {
    tables.push({ name: table, rows: rows.get(table) ?? 0, ...(await hashed(file)) })
  }
  const manifest: HolderManifest = {
    v: 1,
    dataset,
    schema,
    tables,
    pseudonymKey: read.keys[0] ?? null,
    optOuts: optOutsApplied === undefined ? null : { applied: optOutsApplied },
    producedAt: new Date(systemClock.now()).toISOString(),
  }
  return signManifest(manifest, key)
}

async function hashed(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

function failure(message: string): CommandError {
  return new CommandError(message, exits.failed)
}
