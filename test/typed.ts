/** Commands of `huisclos` typed at a node of this process. */
import { Writable } from 'node:stream'
import { Command } from 'commander'
import { type Client, openClient, type Setting } from '../services/cli/client.ts'
import type { As } from '../services/cli/options.ts'
import type { Out } from '../services/cli/query.ts'

/** What commands are given to run with. */
interface Typing {
  readonly setting: Setting
  readonly open: (options: As) => Promise<Client>
  readonly out: Out
  readonly isTerminal: boolean
}

interface Written {
  readonly stdout: string
  readonly stderr: string
}

/** Each call types one command line, of the commands that `add` adds, and answers what it wrote; rejects as the command ends. */
export function typedAt(
  { home, url, language = 'fr' }: Pick<Setting, 'home'> & { url: string; language?: Setting['language'] },
  add: (program: Command, typing: Typing) => unknown,
): (...words: readonly string[]) => Promise<Written> {
  const setting: Setting = { home, url, language, token: undefined, isTerminal: false }
  return async (...words) => {
    const [stdout, stderr] = [gathered(), gathered()]
    const out = { stdout: stdout.stream, stderr: stderr.stream, signal: new AbortController().signal }
    const program = new Command().exitOverride()
    add(program, { setting, out, isTerminal: setting.isTerminal, open: ({ as }) => openClient(setting, as) })
    await program.parseAsync(words, { from: 'user' })
    return { stdout: stdout.text(), stderr: stderr.text() }
  }
}

function gathered() {
  let text = ''
  const stream = new Writable({
    write(part: Buffer, _encoding, done) {
      text += part.toString()
      done()
    },
  })
  return { stream, text: () => text }
}
