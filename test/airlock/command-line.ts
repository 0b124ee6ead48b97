/** The commands of the airlock against a test node: what they say. */
import { Command } from 'commander'
import type { Client } from '../../services/cli/client.ts'
import type { Out } from '../../services/cli/query.ts'
import { addReleaseCommands } from '../../services/cli/release.ts'
import { mintDemoToken } from '../../services/identity/demo-keys.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import type { AirlockHouse } from './airlock-house.ts'

/** Runs `huisclos release …`; answers what it wrote. */
export function commandLineOf({ node }: AirlockHouse): (...args: readonly string[]) => Promise<string> {
  const clientOf = async (subject: string): Promise<Client> => {
    const token = await mintDemoToken({ home: node.home, subject, clock: systemClock })
    return { url: node.url, token, language: 'en' }
  }
  return async (...args) => {
    let said = ''
    const write = (text: string) => {
      said += text
    }
    const program = new Command().exitOverride()
    addReleaseCommands(program, {
      client: ({ as = '' }) => clientOf(as),
      out: { stdout: { write }, stderr: { write } } as unknown as Out,
    })
    await program.parseAsync(['release', ...args], { from: 'user' })
    return said
  }
}
