/** `npm run trials -- names`: every way to write every denied name of the engine; `npm test` takes two ways of each. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const repository = new URL('../..', import.meta.url).pathname

export async function main(): Promise<{ readonly isClean: boolean }> {
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--verbose']
  const child = spawn(process.execPath, [...jest, 'test/adversary/names.test.ts'], {
    cwd: repository,
    env: { ...process.env, HUISCLOS_TRIAL: 'names' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [status] = await once(child, 'exit')
  return { isClean: status === 0 }
}
