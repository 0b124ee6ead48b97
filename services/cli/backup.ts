/** `backup`, `verify-backup`, `restore`: the work of the operator, on the machine of the node, whether the node runs or not. */
import type { Command } from 'commander'
import type { Setting } from './client.ts'
import type { Out } from './query.ts'

interface Around {
  readonly setting: Setting
  readonly out: Out
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What only these commands need, PostgreSQL among it, is loaded when one of them is asked for. */
const work = () => import('./backup-work.ts')

export function addBackupCommands(program: Command, { setting, out, environment }: Around): void {
  const around = { ...setting, out, environment }
  program
    .command('backup')
    .description(
      'sauvegarde tout le nœud, en marche ou arrêté, sans la clé des clés · backs the whole node up, running or stopped, without its key-encryption key',
    )
    .requiredOption('--to <dossier>', 'dossier neuf · a new folder')
    .option(
      '--with-key',
      'avec la clé des clés : qui a le dossier a les données · with the key: the folder opens the data',
    )
    .action(async (options: { to: string; withKey?: boolean }) => (await work()).backup(around, options))

  program
    .command('verify-backup <dossier>')
    .description(
      'chaque octet, chaque ligne, le journal · every byte, every row, the log; 5 = un défaut · a fault',
    )
    .option(
      '--restore-drill',
      'la restaure à part, y démarre un nœud, jette tout · restores it aside, starts a node, throws it away',
    )
    .action(async (folder: string, options: { restoreDrill?: boolean }) => {
      process.exitCode = await (await work()).verifyBackup(around, folder, options)
    })

  program
    .command('restore')
    .description('dans un dossier et une base vides · into an empty home and an empty database')
    .requiredOption('--from <dossier>', 'la sauvegarde · the backup')
    .action(async (options: { from: string }) => (await work()).restore(around, options))
}
