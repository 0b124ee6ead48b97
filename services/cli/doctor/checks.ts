/** Everything that the doctor looks at, in the order in which it is told. */
import { backups } from './backups.ts'
import type { Check } from './check.ts'
import { clock, timeService } from './clock.ts'
import { certificate, configuration, port, proxy } from './configuration.ts'
import { containment, controlGroups, sharedMemory } from './containment.ts'
import {
  checksums,
  database,
  databaseConnections,
  databaseRights,
  databaseVersion,
  durability,
  migrations,
  postgresql,
  searchIndex,
} from './database.ts'
import { arrow, engine, engineSnapshot } from './engine.ts'
import {
  disk,
  fileSystem,
  homeFolder,
  inodes,
  modes,
  quarantines,
  residue,
  serverFile,
  uploads,
} from './home.ts'
import { issuers, twoPersons } from './identity.ts'
import { keyProvider } from './kek.ts'
import { keyFiles } from './keys.ts'
import { lastEntry, log, logWritable, quorum, witnesses } from './log.ts'
import { coreDumps, memory, nodeLife, nodeVersion, openFiles, packages, swap, timeZones } from './machine.ts'
import { ready, server, version } from './node.ts'
import { rules } from './rules.ts'

export const checks: readonly Check[] = [
  ...[configuration, nodeVersion(), nodeLife(), packages(), timeZones()],
  ...[engine(), engineSnapshot(), arrow(), containment(), controlGroups, sharedMemory],
  ...[memory, openFiles, coreDumps, swap],
  ...[homeFolder, modes, fileSystem, disk(), inodes(), residue, serverFile, uploads, quarantines],
  ...[
    postgresql(),
    database,
    databaseVersion,
    databaseRights,
    migrations,
    databaseConnections,
    durability,
    checksums,
  ],
  ...[log(), lastEntry, logWritable, searchIndex, witnesses, quorum],
  ...[keyFiles, keyProvider, backups, rules, certificate, proxy, issuers, twoPersons()],
  ...[clock, timeService(), port, server, ready, version()],
]
