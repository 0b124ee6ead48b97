/** The trust policy of a reader (C2SP tlog-policy): what is one, and when it is met. */
import { describe, expect, test } from '@jest/globals'
import { checkpointText, cosign, noteKey, signNote, verifierKey } from '../../services/audit/note.ts'
import { leafHash } from '../../services/audit/tree.ts'
import { readNote } from '../../services/audit/verify/note.ts'
import { parsePolicy } from '../../services/audit/verify/policy.ts'
import { newPem } from './open-log.ts'

const log = noteKey('huisclos.demo/audit/2026', newPem())
const names = ['x1', 'x2', 'x3', 'y1', 'y2']
const keys = names.map((name) => noteKey(`${name}.example`, newPem()))
const [x1 = log, x2 = log, , y1 = log] = keys
const vkey = (at: number) => verifierKey(keys[at] ?? log, 'witness')
const witnesses = names.map((name, at) => `witness ${name} ${vkey(at)}`).join('\n')
const text = checkpointText({ origin: log.name, size: 1, root: leafHash(Buffer.from('one')) })

/** When the policy was met by these, each a second after the one before. */
function metBy(policy: string, signers: readonly (typeof log)[]): number | undefined | false {
  const note = signNote(text, log) + signers.map((key, at) => cosign(text, key, 100 + at)).join('')
  const parsed = readNote(Buffer.from(note))
  const read = parsePolicy(policy)
  if (!parsed || !read) throw new Error('cannot be read')
  return read.cosignedAt(parsed)
}

describe('a policy', () => {
  const nested = `${witnesses}
    # two of these, and one of those
    group X 2 x1 x2 x3
    group\tY any y1 y2
    group both all X Y

    quorum both
  `

  test('of groups within groups is met when each of them is, at the time of the last who was needed', () => {
    expect(metBy(nested, [x1, x2, y1])).toBe(100)
    expect(metBy(nested, keys)).toBe(101)
    expect(metBy(nested, [x1, x2])).toBeUndefined()
    expect(metBy(nested, [x1, y1])).toBeUndefined()
    expect(metBy(nested, [])).toBeUndefined()
  })

  test('of one witness is met by it; of nobody asks nothing', () => {
    expect(metBy(`${witnesses}\nquorum x2\n`, [x2])).toBe(100)
    expect(metBy(`${witnesses}\nquorum x2\n`, [x1])).toBeUndefined()
    expect(parsePolicy('quorum none')).toMatchObject({ hasQuorum: false })
  })

  test('names its logs', () => {
    const read = parsePolicy(`log ${verifierKey(log)} https://huisclos.demo\nquorum none\n`)
    expect([...(read?.logs.keys() ?? [])]).toEqual([log.name])
  })

  test.each([
    ['nothing', ''],
    ['no quorum', witnesses],
    ['two quorums', `${witnesses}\nquorum x1\nquorum x2`],
    ['a name not yet defined', `quorum x1\n${witnesses}`],
    ['a name defined twice', `${witnesses}\ngroup x1 any x2\nquorum x2`],
    ['a key twice', `${witnesses}\nwitness x9 ${vkey(0)}\nquorum x1`],
    ['a member twice', `${witnesses}\ngroup a any x1\ngroup b any x1\nquorum a`],
    ['a member twice in one group', `${witnesses}\ngroup a 2 x1 x1\nquorum a`],
    ['a threshold above its members', `${witnesses}\ngroup a 3 x1 x2\nquorum a`],
    ['a threshold of none', `${witnesses}\ngroup a 0 x1 x2\nquorum a`],
    ['a group of nobody', `${witnesses}\ngroup a all\nquorum x1`],
    ['nobody as a member', `${witnesses}\ngroup a any none\nquorum a`],
    ['the key of a log as a witness', `witness a ${verifierKey(log)}\nquorum a`],
    ['the key of a witness as a log', `log ${vkey(0)}\nquorum none`],
    ['a word it does not know', `${witnesses}\ntrust x1\nquorum x1`],
  ])('with %s is not one', (_, policy) => {
    expect(parsePolicy(policy)).toBeUndefined()
  })
})
