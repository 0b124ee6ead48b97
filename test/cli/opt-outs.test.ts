import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { Command } from 'commander'
import { addOptOutCommands } from '../../services/cli/opt-outs.ts'

test.each([
  ['a social security number', '255081416802538'],
  ['its plain hash', 'f'.repeat(64)],
])('a list with %s in it does not leave the machine', async (_, value) => {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-opt-out-'))
  const list = join(folder, 'list.txt')
  await writeFile(list, `h1k01_${'0'.repeat(32)}\n${value}\n`)
  const opened: unknown[] = []
  const open = async (options: unknown) => {
    opened.push(options)
    throw new Error('a node was asked')
  }
  const out = {
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    signal: new AbortController().signal,
  }
  const command = new Command()
  addOptOutCommands(command, { open, out })
  const sent = command.parseAsync(['add', list, '--dataset', 'd'], { from: 'user' })
  await expect(sent).rejects.toThrow(/list\.txt, ligne\/line 2: pas un pseudonyme/)
  await expect(sent).rejects.not.toThrow(value)
  expect(opened).toEqual([])
  await rm(folder, { recursive: true, force: true })
})
