/** What the operator wrote: the file, the certificate, the proxy, the port. */
import { X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { createSecureContext } from 'node:tls'
import { type Configuration, readSettings } from '../../config.ts'
import { both, type Check, type Finding, fine, productionOf, settingsOf, worth, wrong } from './check.ts'

export const inDemo = fine(both('démonstration', 'demonstration'))

export const configuration: Check = {
  name: 'configuration',
  async look({ environment }) {
    try {
      return fine(readSettings(environment).mode.kind)
    } catch (error) {
      return wrong(
        error instanceof Error ? error.message : '',
        both('corrigez cette clé : docs/identity.fr.md', 'correct this key: docs/identity.md'),
      )
    }
  },
}

const dayMs = 24 * 3600 * 1000
const renewal = both('renouvelez-le, puis relancez le nœud', 'renew it, then start the node again')

export const certificate: Check = {
  name: 'certificate',
  async look(about) {
    const written = productionOf(about)
    if (written === null) return inDemo
    if (written.tls === undefined)
      return fine(
        both(
          `TLS finit au mandataire ${written.trustedProxy}`,
          `TLS ends at the proxy ${written.trustedProxy}`,
        ),
      )
    return lookAtPair(written.tls, { address: written.address, now: about.now() })
  },
}

/** The pair as TLS takes it, the name that people type, the days that are left. */
async function lookAtPair(
  tls: NonNullable<Configuration['tls']>,
  { address, now }: { readonly address: string; readonly now: number },
): Promise<Finding> {
  const pair = await readPair(tls)
  if (pair === null)
    return wrong(
      both(
        'la clé n’est pas celle du certificat, ou un fichier manque',
        'the key is not that of the certificate, or a file is missing',
      ),
      both(
        'tls.certificate et tls.key : PEM, la clé de ce certificat',
        'tls.certificate and tls.key: PEM, the key of this certificate',
      ),
    )
  const { hostname } = new URL(address)
  if (pair.checkHost(hostname) === undefined)
    return wrong(both(`ne nomme pas ${hostname}`, `does not name ${hostname}`), renewal)
  const days = Math.floor((Date.parse(pair.validTo) - now) / dayMs)
  if (Date.parse(pair.validFrom) > now)
    return wrong(
      both('pas encore valable', 'not valid yet'),
      both('réglez l’heure (NTP)', 'set the time (NTP)'),
    )
  if (days < 0) return wrong(both(`expiré depuis ${-days} jours`, `expired ${-days} days ago`), renewal)
  const left = both(`${days} jours`, `${days} days`)
  if (days < 30) return worth(left, renewal)
  const key = await stat(tls.key)
  return (key.mode & 0o004) === 0
    ? fine(left)
    : wrong(both('tout le monde lit la clé TLS', 'everybody may read the TLS key'), `chmod 600 ${tls.key}`)
}

async function readPair(tls: NonNullable<Configuration['tls']>): Promise<X509Certificate | null> {
  try {
    const [cert, key] = await Promise.all([readFile(tls.certificate), readFile(tls.key)])
    createSecureContext({ cert, key })
    return new X509Certificate(cert)
  } catch {
    return null
  }
}

const loopback = /^(127\.|::1$)/

/** Between the proxy and us nothing is encrypted, and the proxy alone is answered. */
export const proxy: Check = {
  name: 'proxy',
  async look(about) {
    const written = productionOf(about)
    if (written === null) return inDemo
    const { trustedProxy, tls, host } = written
    if (trustedProxy === undefined) return fine(both('aucun', 'none'))
    if (tls !== undefined)
      return worth(
        both('tls et trustedProxy à la fois', 'both tls and trustedProxy'),
        both('gardez celui qui finit TLS', 'keep the one that ends TLS'),
      )
    if (!loopback.test(trustedProxy))
      return worth(
        both(`HTTP en clair depuis ${trustedProxy}`, `HTTP in clear from ${trustedProxy}`),
        both(
          'le mandataire sur cette machine, ou un réseau chiffré entre eux',
          'the proxy on this machine, or an encrypted network between them',
        ),
      )
    return loopback.test(host)
      ? fine(trustedProxy)
      : worth(
          both(
            `le mandataire est ici, mais la porte écoute sur ${host}`,
            `the proxy is here, but the door listens on ${host}`,
          ),
          'host: 127.0.0.1',
        )
  },
}

export const port: Check = {
  name: 'port',
  async look(about) {
    const settings = settingsOf(about)
    const wanted = settings?.port ?? 8080
    if (about.server !== null) return fine(both(`${about.server.url} (nous)`, `${about.server.url} (ours)`))
    const host = productionOf(about)?.host ?? '127.0.0.1'
    const code = await tryPort(wanted, host)
    if (code === null) return fine(`${host}:${wanted}`)
    const why = both(
      `${host}:${wanted} n’est pas à prendre (${code})`,
      `${host}:${wanted} cannot be taken (${code})`,
    )
    return wrong(
      why,
      both('HUISCLOS_PORT=…, ou arrêtez ce qui l’occupe', 'HUISCLOS_PORT=…, or stop what holds it'),
    )
  },
}

/** The word of the system for why not; null when it is free. */
function tryPort(wanted: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    probe.listen(wanted, host, () => probe.close(() => resolve(null)))
  })
}
