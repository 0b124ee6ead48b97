/** A certificate of this machine, made on the spot: node:crypto makes keys but no X.509. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Certificate {
  /** Paths of PEM files. */
  readonly certificate: string
  readonly key: string
}

/** For `localhost`, for a day, its own authority: what `NODE_EXTRA_CA_CERTS` is given. Null where this machine has no openssl. */
export async function makeCertificate(folder: string): Promise<Certificate | null> {
  const files = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') }
  const asked = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost'
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const out = ['-keyout', files.key, '-out', files.certificate]
  return promisify(execFile)('openssl', ['req', ...asked.split(' '), ...names, ...out]).then(
    () => files,
    () => null,
  )
}
