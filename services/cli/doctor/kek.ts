/** Whether the key that wraps all others can be had: nothing that is sealed opens without it. */
import { secretsOf } from '../../identity/issuers/secret.ts'
import { configuredProvider } from '../../keys/kek.ts'
import { both, type Check, fine, productionOf, wrong } from './check.ts'

export const keyProvider: Check = {
  name: 'key provider',
  async look(about) {
    const configuration = productionOf(about)
    if (configuration === null) return fine(both('celle de la démonstration', 'that of the demonstration'))
    const { home, environment } = about
    try {
      const needs = { home, environment, secret: secretsOf(environment) }
      const provider = await configuredProvider(configuration.keys, needs)
      await provider.unwrap(await provider.wrap(Buffer.alloc(32), 'huisclos|doctor'), 'huisclos|doctor')
      return fine(configuration.keys.provider)
    } catch (error) {
      const seen = error instanceof Error ? error.message : ''
      return wrong(both(seen, seen), both('docs/operation.fr.md, « Clés »', 'docs/operation.md, "Keys"'))
    }
  },
}
