/** What seals the secrets of a home, for commands that read them on the machine of the node and as its user. */
import type { SecretBox } from '../audit/secret-files.ts'
import { readSettings } from '../config.ts'
import { secretsOf } from '../identity/issuers/secret.ts'
import { configuredProvider, demoProvider } from '../keys/kek.ts'
import { readNodeSecrets } from '../keys/node-secrets.ts'
import type { KeyProvider } from '../keys/provider.ts'
import { CommandError, exits } from './ending.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Undefined where nothing was sealed. CommandError where the KEK of the variables of the node is not at hand, or another. */
export async function homeSecrets(home: string, environment: Environment): Promise<SecretBox | undefined> {
  const provider = () => providerOf(home, environment)
  return readNodeSecrets({ home, provider }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : ''
    const told = 'la KEK de ce nœud ne s’ouvre pas ; HUISCLOS_CONFIG ? / the KEK of this node does not open'
    throw new CommandError(`${told} (${why})`, exits.unavailable)
  })
}

async function providerOf(home: string, environment: Environment): Promise<KeyProvider> {
  const { mode } = readSettings(environment)
  if (mode.kind === 'demo') return demoProvider(home)
  return configuredProvider(mode.configuration.keys, { home, environment, secret: secretsOf(environment) })
}
