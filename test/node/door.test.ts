/** The door of a node that ends TLS itself. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from '@jest/globals'
import { createWaitingApp } from '../../services/gateway/app.ts'
import { productionLimits } from '../../services/gateway/limit-settings.ts'
import { pinnedFetch } from '../../services/identity/issuers/pinned-fetch.ts'
import { type Door, openDoor, type Tls } from '../../services/node/listening.ts'

const folder = await mkdtemp(join(tmpdir(), 'huisclos-door-'))
const tls = await selfSigned()
if (tls === null) process.stderr.write('no openssl here: the door with TLS is not tried\n')
const doors: Door[] = []
afterAll(async () => {
  await Promise.all(doors.map((door) => door.close()))
  await rm(folder, { recursive: true })
})

/** Skipped aloud where there is no certificate. */
const certified = tls === null ? test.skip : test

/** Null where this machine cannot make one. */
async function selfSigned(): Promise<Tls | null> {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const asked = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost'
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]
  try {
    await promisify(execFile)('openssl', ['req', ...asked.split(' '), ...names])
    return { cert: await readFile(cert), key: await readFile(key) }
  } catch {
    return null
  }
}

certified(
  'speaks TLS of 1.2 at least with its certificate, says that it does, and speaks nothing else',
  async () => {
    if (tls === null) return
    const limits = productionLimits
    const waiting = createWaitingApp({ ready: false, steps: [] }, { isSecure: true, limits })
    const door = await openDoor({ host: '127.0.0.1', port: 0, limits, isSecure: true, tls }, waiting)
    doors.push(door)
    expect(door.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    const answer = new Promise((resolve, reject) => {
      request(`${door.url}/healthz`, { ca: tls.cert }, ({ statusCode, headers }) =>
        resolve([statusCode, headers['strict-transport-security']]),
      )
        .on('error', reject)
        .end()
    })
    expect(await answer).toEqual([200, 'max-age=63072000'])
    await expect(fetch(`${door.url.replace('https', 'http')}/healthz`)).rejects.toThrow('fetch failed')
    const old = new Promise((resolve, reject) => {
      const old = { ca: tls.cert, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' } as const
      request(door.url, old, resolve).on('error', reject).end()
    })
    await expect(old).rejects.toMatchObject({ code: expect.stringMatching(/^E/) })
    const suites = (ciphers: string) =>
      new Promise((resolve, reject) => {
        const asked = { ca: tls.cert, ciphers, maxVersion: 'TLSv1.2' } as const
        request(`${door.url}/healthz`, asked, ({ statusCode }) => resolve(statusCode))
          .on('error', reject)
          .end()
      })
    expect(await suites('ECDHE-ECDSA-AES128-GCM-SHA256')).toBe(200)
    // Without authentication of what it encrypts.
    await expect(suites('ECDHE-ECDSA-AES128-SHA')).rejects.toMatchObject({
      code: expect.stringMatching(/^E/),
    })
  },
)

certified('issuers are asked only behind certificates that somebody vouches for', async () => {
  if (tls === null) return
  const limits = productionLimits
  const waiting = createWaitingApp({ ready: false, steps: [] }, { isSecure: true, limits })
  const door = await openDoor({ host: '127.0.0.1', port: 0, limits, isSecure: true, tls }, waiting)
  doors.push(door)
  const url = `${door.url}/healthz`
  await expect(pinnedFetch([url])(url)).rejects.toMatchObject({
    cause: { code: expect.stringContaining('SELF_SIGNED') },
  })
})
