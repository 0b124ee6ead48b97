/** `huisclos doctor`: the words of the command line for doctor.ts. */
import type { Command } from 'commander'
import type { DoctorOptions, Patient } from './doctor.ts'
import { exits } from './ending.ts'
import { jsonOption } from './options.ts'
import type { Out } from './query.ts'

interface Around extends Pick<Patient, 'home' | 'environment'> {
  readonly out: Pick<Out, 'stdout' | 'stderr'>
  readonly isTerminal: boolean
}

export function addDoctor(program: Command, { home, environment, out, isTerminal }: Around): void {
  program
    .command('doctor')
    .description(
      'ce qui empêche un nœud de tourner ici, et le remède · what stops a node here, and the remedy; 5 = grave/severe',
    )
    .addOption(jsonOption())
    .option('--fix', 'répare ce qui ne peut rien perdre · puts right what can lose nothing')
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./doctor.ts')
      const print = (line: string) => void out.stdout.write(`${line}\n`)
      const progress = (line: string) => void (isTerminal && out.stderr.write(`${line}\n`))
      const isWell = await doctor({ home, environment, now: Date.now, print, progress }, options)
      // What hangs, such as a database that never answers, would hold this process after its last word.
      await new Promise<void>((resolve) => out.stdout.write('', () => resolve()))
      process.exit(isWell ? exits.done : exits.checkFailed)
    })
}
