/** `huisclos demo`: the words of the command line for demo/tour.ts. */
import { once } from 'node:events'
import { type Command, Option } from 'commander'
import type { Language } from '../kernel/text.ts'
import type { Setting } from './client.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'

interface DemoOptions {
  readonly lang?: Language
  readonly pause?: boolean
  readonly json?: boolean
  readonly keep?: boolean
}

export function addDemo(program: Command, { setting, out }: { setting: Setting; out: Out }): void {
  program
    .command('demo')
    .description(
      'la visite guidée du nœud de démonstration · the guided tour of the demo node; 1 = une étape a échoué/a step failed',
    )
    .addOption(
      new Option('--lang <langue>', 'langue, sinon LANG · language, else LANG').choices(['fr', 'en']),
    )
    .option('--pause', 'attend Entrée après chaque étape · waits for Enter after each step')
    .option('--keep', 'garde la copie falsifiée du journal · keeps the tampered copy of the log')
    .option('--json', 'un document JSON par étape · one JSON document per step')
    .action(async ({ lang: language = setting.language, pause, json, keep }: DemoOptions) => {
      const [{ playTour }, { jsonTeller, linesTeller }] = await Promise.all([
        import('./demo/tour.ts'),
        import('./demo/telling.ts'),
      ])
      const hasPassed = await playTour({
        ...{ setting, language, signal: out.signal, keepsCopy: keep === true },
        tell: (json ? jsonTeller : linesTeller)(out, language),
        goOn: pause && process.stdin.isTTY ? () => enter(out, language) : async () => {},
      })
      if (!hasPassed) process.exitCode = exits.failed
    })
}

const prompt = { fr: '  [Entrée] ', en: '  [Enter] ' } as const

/** Resolves when somebody presses Enter. CommandError when the command is interrupted. */
async function enter({ stderr, signal }: Out, language: Language): Promise<void> {
  stderr.write(prompt[language])
  process.stdin.resume()
  try {
    await once(process.stdin, 'data', { signal })
  } catch {
    throw new CommandError('interrompu / interrupted', exits.interrupted)
  } finally {
    // Read on, it would hold the process.
    process.stdin.pause()
  }
}
