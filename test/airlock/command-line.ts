/** The commands of the airlock against a test node: what they say. */
import { addReleaseCommands } from '../../services/cli/release.ts'
import { typedAt } from '../typed.ts'
import type { AirlockHouse } from './airlock-house.ts'

/** Runs `huisclos release …`; answers what it wrote. */
export function commandLineOf({ node }: AirlockHouse): (...args: readonly string[]) => Promise<string> {
  const huisclos = typedAt({ ...node, language: 'en' }, (program, { open, out }) =>
    addReleaseCommands(program, { client: open, out }),
  )
  return async (...args) => {
    const { stdout, stderr } = await huisclos('release', ...args)
    return stdout + stderr
  }
}
