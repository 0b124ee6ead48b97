/** What may stand in the environment of a container. */

/** The contract, section 2, and what Node itself reads. */
const known = [
  ...['HUISCLOS_HOME', 'HUISCLOS_PORT', 'HUISCLOS_WIRE_PORT', 'HUISCLOS_CONFIG', 'DATABASE_URL'],
  // Of the configuration: "keys": { "provider": "env", "kek": "env:HUISCLOS_KEK" }.
  'HUISCLOS_KEK',
  ...['NODE_ENV', 'NODE_EXTRA_CA_CERTS', 'TZ'],
]

/** A variable that a node does not read, or null. One whose value lies in a file has `_FILE` (with-secrets.sh). */
export function environmentFault(name: string): string | null {
  const bare = name.replace(/_FILE$/, '')
  return known.includes(bare) ? null : `${name} unknown`
}

/** A value that should be in a file, or null. */
export function secretFault(name: string, value = ''): string | null {
  const isNamed = /PASSWORD|SECRET|TOKEN|DATABASE_URL|KEK|_PEM/.test(name) && !name.endsWith('_FILE')
  const isShown = /:\/\/[^/@\s]+:[^/@\s]+@/.test(value)
  return isNamed || isShown ? 'a secret in the environment' : null
}
