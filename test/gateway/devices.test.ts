/** The device grant over HTTP: the calls of a command line, the pages of its person, and `huisclos login`. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Command } from 'commander'
import { openClient } from '../../services/cli/client.ts'
import { addLoginCommands } from '../../services/cli/login.ts'
import { openTestNode, type TestNode } from '../node.ts'

let node: TestNode
let folder: string
beforeAll(async () => {
  node = await openTestNode()
  folder = await mkdtemp(join(tmpdir(), 'huisclos-login-'))
}, 60_000)
afterAll(async () => {
  await node?.close()
  await rm(folder, { recursive: true, force: true })
})

async function browserOf(subject: string) {
  const proved = { level: 2, methods: ['pwd', 'mfa'], authenticatedAt: Date.now() } as const
  const opened = await node.house.sessions.open({ issuer: 'demo', subject, sid: randomUUID(), ...proved })
  const cookie = `__Host-huisclos=${opened.cookie}`
  const page = (path: string) => fetch(`${node.url}${path}`, { headers: { cookie, 'accept-language': 'en' } })
  const send = (path: string, fields: Record<string, string>, site = 'same-origin') =>
    fetch(`${node.url}${path}`, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': site, 'accept-language': 'en' },
      body: new URLSearchParams(fields),
    })
  return { id: opened.id, page, send }
}

const ask = async () => (await node.call('POST', '/api/v1/device/codes', { body: { host: 'pc-1' } })).json
const take = (deviceCode: string) => node.call('POST', '/api/v1/device/tokens', { body: { deviceCode } })

describe('a person lets her command line in', () => {
  test('on pages of this node, where she sees what asks; it is she from then on', async () => {
    const alice = await browserOf('alice')
    const { deviceCode, userCode, address } = await ask()
    expect(address).toBe(`${node.url}/connexion/appareil`)
    const empty = await (await alice.page('/connexion/appareil')).text()
    expect(empty).toContain('name="code"')
    expect(empty).not.toContain('value=')
    const shown = await (await alice.send('/connexion/appareil', { code: userCode })).text()
    expect(shown).toContain('<dd>pc-1</dd>')
    const done = await alice.send('/connexion/appareil/reponse', { code: userCode, answer: 'yes' })
    expect(await done.text()).toContain('role="status"')
    const { json } = await take(deviceCode)
    const headers = { authorization: `Bearer ${json.token}` }
    expect((await node.call('GET', '/api/v1/me', { headers })).json).toMatchObject({ subject: 'alice' })
    expect((await node.call('POST', '/api/v1/device/closure', { headers, body: {} })).status).toBe(200)
    expect((await node.call('GET', '/api/v1/me', { headers })).status).toBe(401)
    expect((await node.house.sessions.resume(alice.id)).subject).toBe('alice')
  })

  test('only after signing in, and by no form of another site', async () => {
    const { userCode, deviceCode } = await ask()
    expect((await take(deviceCode)).json).toEqual({ state: 'pending' })
    const stranger = await fetch(`${node.url}/connexion/appareil`)
    expect(await stranger.text()).toContain('/connexion/demo?vers=/connexion/appareil')
    const alice = await browserOf('alice')
    const fields = { code: userCode, answer: 'yes' }
    const foreign = await alice.send('/connexion/appareil/reponse', fields, 'cross-site')
    expect(foreign.status).toBe(401)
    expect((await alice.send('/connexion/appareil', { code: userCode })).status).toBe(200)
  })

  test('and is told on the page when the code is none', async () => {
    const alice = await browserOf('alice')
    const answer = await alice.send('/connexion/appareil', { code: '<b>' })
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('role="alert"')
  })

  test('a name of a machine that could be markup is 422', async () => {
    expect((await node.call('POST', '/api/v1/device/codes', { body: { host: '<b>' } })).status).toBe(422)
  })
})

/** A node that answers at once: the real one asks for five seconds between two questions. */
async function quickNode(answers: readonly object[]) {
  const left = [...answers]
  const server = createServer((request, response) => {
    const codes = {
      ...{ deviceCode: 'd', userCode: 'BCDF-GHJK', address: 'http://node/connexion/appareil' },
      ...{ expiresIn: 600, interval: 0.01 },
    }
    const body = request.url?.endsWith('/codes')
      ? codes
      : request.url?.endsWith('/tokens')
        ? left.shift()
        : { displayName: 'Alice\u001b[2J' }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() }
}

describe('huisclos login', () => {
  test('shows the code, waits for the answer, keeps the token for its user alone, and logout forgets it', async () => {
    const quick = await quickNode([{ state: 'pending' }, { state: 'confirmed', token: 'hd_x' }])
    const logins = join(folder, 'huisclos', 'logins.json')
    const setting = {
      home: folder,
      language: 'en',
      url: quick.url,
      token: undefined,
      isTerminal: false,
      logins,
    } as const
    const out = { stdout: new PassThrough(), stderr: new PassThrough(), signal: new AbortController().signal }
    const huisclos = (...words: readonly string[]) => {
      const program = new Command().exitOverride()
      addLoginCommands(program, { setting, out })
      return program.parseAsync(words, { from: 'user' })
    }
    await huisclos('login')
    expect(String(out.stderr.read())).toContain('BCDF-GHJK')
    expect(String(out.stdout.read())).toBe(`Alice·[2J — ${quick.url}\n`)
    expect(JSON.parse(await readFile(logins, 'utf8'))).toEqual({ [quick.url]: 'hd_x' })
    expect((await stat(logins)).mode & 0o777).toBe(0o600)
    expect(await openClient(setting, undefined)).toMatchObject({ url: quick.url, token: 'hd_x' })
    expect(await openClient({ ...setting, url: undefined }, undefined)).toMatchObject({ url: quick.url })
    await huisclos('logout')
    expect(JSON.parse(await readFile(logins, 'utf8'))).toEqual({})
    await expect(huisclos('logout')).rejects.toMatchObject({ exit: 64 })
    quick.close()
  })
})
