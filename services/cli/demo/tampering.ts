/** Step 6: one byte of a copy of the log is changed, and verification names the entry. The log itself is only read. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { copyLog } from '../../audit/copy.ts'
import { decodeBundle, encodeBundle, tilePath, width } from '../../audit/tiles.ts'
import { type Verdict, verifyLog } from '../../audit/verify/verify.ts'
import { insist, type Receipt, receiptOf, type Stage, type Step, shardOf } from './step.ts'

/** What somebody would change who wants it forgotten that a cell was withheld: one digit. */
const wrote = '"cellsWithheld":1'
const rewrote = '"cellsWithheld":0'

const everyMs = 200
const attempts = 50

/** Copies the log of a home into a folder; answers how many entries of the shard are in its tree. */
async function copy(home: string, folder: string, shard: string): Promise<number> {
  const copied = await copyLog(home, async (path, bytes) => {
    const target = join(folder, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, bytes, { mode: 0o600 })
  })
  return copied.find((one) => one.shard === shard)?.size ?? 0
}

/** The same once the entry is in the tree: the writer signs a moment after it has answered. */
async function copyWith(home: string, folder: string, receipt: Receipt): Promise<number> {
  const shard = shardOf(receipt)
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const size = await copy(home, folder, shard)
    if (size > receipt.seq) return size
    await pause(everyMs)
  }
  insist(false, {
    fr: `l’entrée ${receipt.seq} n’est pas sous une tête signée`,
    en: `entry ${receipt.seq} is not under a signed checkpoint`,
  })
}

/** Changes one byte of an entry in the copy of a tree of this size. Answers the file. */
async function tamper(folder: string, { seq, shard }: { seq: number; shard: string }, size: number) {
  const index = Math.floor(seq / width)
  const count = Math.min(width, size - index * width)
  const path = join('audit', shard, tilePath('entries', index, count))
  const entries = decodeBundle(await readFile(join(folder, path)))
  const entry = entries[seq % width]
  const at = entry?.indexOf(wrote) ?? -1
  insist(entry && at >= 0, {
    fr: `l’entrée ${seq} n’est pas celle de l’étape ③`,
    en: `entry ${seq} is not that of step ③`,
  })
  entry.write(rewrote, at)
  await writeFile(join(folder, path), encodeBundle(entries))
  return path
}

function insistOnFound({ status, firstBadSeq, message }: Verdict, seq: number): void {
  insist(status === 'tampered' && firstBadSeq === seq, {
    fr: `la vérification de la copie ne nomme pas l’entrée ${seq} : ${message}`,
    en: `verification of the copy does not name entry ${seq}: ${message}`,
  })
}

function insistOnIntact({ status, message }: Verdict): void {
  insist(status === 'intact', {
    fr: `le journal du nœud n’est pas intact : ${message}`,
    en: `the log of the node is not intact: ${message}`,
  })
}

/** What was done in the folder of the copy, and both verdicts. */
async function playIn(folder: string, stage: Stage, receipt: Receipt) {
  const { seq } = receipt
  const size = await copyWith(stage.home, folder, receipt)
  const dir = join(folder, 'audit')
  insistOnIntact(await verifyLog({ dir }))
  const file = await tamper(folder, { seq, shard: shardOf(receipt) }, size)
  const tampered = await verifyLog({ dir })
  insistOnFound(tampered, seq)
  const intact = await verifyLog({ dir: join(stage.home, 'audit') })
  insistOnIntact(intact)
  return { file, tampered, intact }
}

export const tampering: Step = {
  name: 'tampering',
  title: { fr: 'Un octet change dans une copie', en: 'One byte changes in a copy' },
  who: ['nadia'],
  announce: ({ home }) => ({
    what: {
      fr: `On copie le journal, et dans la copie on fait oublier à l’entrée de ③ sa case masquée : ${wrote} devient ${rewrote}.`,
      en: `The log is copied, and in the copy the entry of ③ is made to forget its withheld cell: ${wrote} becomes ${rewrote}.`,
    },
    commands: [
      `cp -r ${join(home, 'audit')} /tmp/visite`,
      `find /tmp/visite -path '*/tile/entries/*' -type f -exec perl -pi -e 's/${wrote}/${rewrote}/' {} +`,
      'npx huisclos audit verify --dir /tmp/visite',
      'npx huisclos audit verify',
    ],
  }),
  async play(stage, earlier) {
    const receipt = receiptOf(earlier, 'withheld')
    const folder = await mkdtemp(join(tmpdir(), 'huisclos-visite-'))
    try {
      const { file, tampered, intact } = await playIn(folder, stage, receipt)
      const kept = stage.keepsCopy ? [folder] : []
      return {
        lines: [`✘ ${tampered.message}`, `✔ ${intact.message}`, ...kept],
        result: {
          fr: `la copie est fausse, et l’entrée ${receipt.seq} est nommée ; le vrai journal est intact`,
          en: `the copy is false, and entry ${receipt.seq} is named; the true log is intact`,
        },
        look: {
          fr: 'la clé publique et les fichiers suffisent : n’importe qui peut vérifier, sans le nœud (--keep garde la copie).',
          en: 'the public key and the files are enough: anybody can verify, without the node (--keep keeps the copy).',
        },
        facts: {
          ...{ seq: receipt.seq, file, wrote, rewrote },
          tampered: { status: tampered.status, firstBadSeq: tampered.firstBadSeq, message: tampered.message },
          intact: { status: intact.status, entries: intact.entries, message: intact.message },
          ...(stage.keepsCopy && { copy: folder }),
        },
      }
    } finally {
      if (!stage.keepsCopy) await rm(folder, { recursive: true, force: true })
    }
  },
}
