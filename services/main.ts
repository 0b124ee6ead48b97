/** `npm start`: reads the environment, opens a node, prints where it is, closes it at a signal. */
import { constants } from 'node:os'
import { ConfigurationError, readSettings, type Settings } from './config.ts'
import { machineSandbox, type Sandbox } from './engine/box/sandbox.ts'
import { firstQuery } from './gateway/start-page.ts'
import { systemClock } from './kernel/clock.ts'
import { StartError } from './node/listening.ts'
import { openOperationsLog } from './node/operations-log.ts'
import { openProcessEnd } from './node/stopping.ts'
import { versionOf } from './node/version.ts'
import { type Node, openNode } from './node.ts'

/** Exit status of a configuration that is refused (security.md 0). */
const badConfiguration = 78

const print = (line: string) => void process.stdout.write(`${line}\n`)

async function main(): Promise<void> {
  const isTakingOver = takesOver(process.argv.slice(2))
  const settings = readSettings(process.env)
  print(`huisclos ${versionOf()} — ${banner(settings)}`)
  const sandbox = machineSandbox()
  if (settings.mode.kind === 'demo') void sandbox.then(warnOf)
  const log = openOperationsLog('warn')
  let node: Node | undefined
  const stopping = new AbortController()
  const end = openProcessEnd({
    close: async () => {
      stopping.abort()
      await (node ?? (await opening.catch(() => undefined)))?.close()
    },
    exit: (code) => process.exit(code),
    now: () => performance.now(),
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => end.signal(128 + constants.signals[signal]))
  const opening = openNode({
    settings,
    clock: systemClock,
    log,
    print,
    onFatal: end.begin,
    sandbox,
    environment: process.env,
    stopping: stopping.signal,
    ...(isTakingOver && { takeOver: stopping.signal }),
  })
  try {
    node = await opening
  } catch (error) {
    // An opening that a signal broke off is no failure; the end has begun.
    if (stopping.signal.aborted) return
    throw error
  }
  if (!stopping.signal.aborted) welcome(node)
}

/** Beside a node that runs on this home, for a restart that is hardly noticed (docs/operation.md). */
const takeOverOption = '--take-over'

function takesOver(given: readonly string[]): boolean {
  const unknown = given.find((one) => one !== takeOverOption)
  if (unknown !== undefined) throw new ConfigurationError(`${unknown}: unknown argument`)
  return given.length > 0
}

function banner({ mode }: Settings): string {
  if (mode.kind === 'production') return 'production'
  return 'démonstration : pas de données réelles ici'
}

/** Loud, and not on the way of who reads the addresses. */
function warnOf(sandbox: Sandbox): void {
  if (sandbox.kind !== 'none') return
  const found = [sandbox.why, ...sandbox.could].join(', ')
  process.stderr.write(
    `\n   ⚠ démonstration sans bac à sable : pas de données réelles ici (${found})\n     apt install bubblewrap, puis npx huisclos doctor\n\n`,
  )
}

/** The addresses, and what to type first. */
function welcome({ url, house, project, issuer }: Node): void {
  if (issuer === null) {
    print(`\n   ${house.address}   (écoute sur ${url}) · Ctrl-C arrête tout.`)
    return
  }
  const home = url.replace('127.0.0.1', 'localhost')
  print('')
  print(`   Accueil    ${home}`)
  print(`   API        ${home}/api/v1        OpenAPI 3.1 : /api/v1/openapi.json`)
  print(`   Identité   ${issuer}   (démonstration, boucle locale)`)
  print('')
  print('   À essayer, dans le dossier du dépôt :')
  print('     npx huisclos whoami --as alice')
  if (project !== null) {
    print('     npx huisclos datasets pmsi-demo --as alice')
    print(`     npx huisclos query --as alice --project ${project} "${firstQuery}"`)
  }
  print('     npx huisclos audit verify')
  if (project !== null) print('     npx huisclos demo   (la visite guidée · the guided tour: --lang en)')
  print('   Ctrl-C arrête tout.')
}

/** One clear line for what an operator can change; a stack for a bug. */
function ending(error: unknown): number {
  if (error instanceof ConfigurationError) {
    process.stderr.write(`huisclos : configuration refusée : ${error.message}\n`)
    return badConfiguration
  }
  const isForOperator =
    error instanceof StartError ||
    (error instanceof Error &&
      ['EmbeddedError', 'FolderTakenError', 'LeaseTakenError', 'MigrationError'].includes(error.name))
  const exitCode = error instanceof StartError ? error.exitCode : 1
  const detail =
    error instanceof Error ? (isForOperator ? error.message : (error.stack ?? error.message)) : String(error)
  process.stderr.write(`huisclos : ${detail}\n`)
  return exitCode
}

try {
  await main()
} catch (error) {
  process.exit(ending(error))
}
