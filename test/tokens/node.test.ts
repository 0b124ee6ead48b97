/** A whole house over HTTP: forged tokens, personal tokens of tools, and tokens that are bound to a key. */
import { createHash, createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { replayAll } from '../../services/cli/replay.ts'
import { addTokenCommands } from '../../services/cli/token.ts'
import { openDemoKeys } from '../../services/identity/demo-keys.ts'
import { thumbprint } from '../../services/identity/jwk.ts'
import { algorithmForgeries } from '../identity/forged/algorithms.ts'
import { claimForgeries } from '../identity/forged/claims.ts'
import { exchangedForgeries } from '../identity/forged/exchanged.ts'
import { formForgeries } from '../identity/forged/forms.ts'
import { headerForgeries } from '../identity/forged/headers.ts'
import { b64, claimsOf, issuers, type Scene, sceneOf, token } from '../identity/forged/scene.ts'
import { openTestNode, type TestNode } from '../node.ts'
import { typedAt } from '../typed.ts'

let node: TestNode
let project = ''
let scene: Scene

beforeAll(async () => {
  node = await openTestNode({ mode: { kind: 'demo', demo: 'full' } })
  project = (await node.call('GET', '/api/v1/projects', { as: 'alice' })).json.projects[0].id
  const { jwks, trust } = await openDemoKeys(node.home)
  const [jwk] = jwks.keys
  if (jwk === undefined) throw new Error('the demo issuer has no key')
  const demo = { ...issuers[2], iss: trust.identifiers[0] ?? '', kid: jwk.kid }
  // The key of the issuer of this house: what is forged with it fails for nothing but what is forged.
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  const publicKey = [...(await trust.keys()).values()].flatMap((key) => ('type' in key ? [key] : []))[0]
  scene = {
    ...sceneOf(issuers[2], Math.floor(Date.now() / 1_000)),
    issuer: { ...demo, privateKey, publicKey: publicKey ?? demo.publicKey },
  }
}, 120_000)
afterAll(() => node?.close())

const bearing = (bearer: string, scheme = 'Bearer') => ({ authorization: `${scheme} ${bearer}` })
const question = { sql: 'SELECT count(*) AS n FROM patients' }
const queries = () => `/api/v1/projects/${project}/queries`
const entries = async (type: string) =>
  (await node.call('GET', `/api/v1/audit/entries?type=${type}&limit=500`, { as: 'nadia' })).json.entries

describe('a forged token', () => {
  const dozen = [
    ...Object.entries(algorithmForgeries).filter(([name]) =>
      /^(alg "none" with some|HS256 under the public key as PEM$|the kid of the issuer and a key)/.test(name),
    ),
    ...Object.entries(headerForgeries).filter(([name]) =>
      /^(a key of the forger, brought along as (jwk|jku)|crit \["unknown"\]|typ "JWT")$/.test(name),
    ),
    ...Object.entries(formForgeries).filter(([name]) =>
      /^(a signature of (zeros|another spelling)|another spelling of the same signature)$/.test(name),
    ),
    ...Object.entries(claimForgeries).filter(([name]) =>
      /^(exp that is absent|sub twice, the false one first|one that (ended a minute ago|lives for ever)|aud "huisclos:permit")$/.test(
        name,
      ),
    ),
    ...Object.entries(exchangedForgeries).filter(([name]) =>
      /^(an issuer with a slash more|an ID token|sub "Alice")$/.test(name),
    ),
  ]

  test('opens nothing, and leaves its reason in the log', async () => {
    expect(dozen.length).toBeGreaterThanOrEqual(12)
    const good = await node.call('GET', '/api/v1/me', { headers: bearing(token(scene)) })
    expect(good).toMatchObject({ status: 200, json: { subject: 'alice' } })
    for (const [name, make] of dozen) {
      const { status, json } = await node.call('GET', '/api/v1/me', { headers: bearing(make(scene)) })
      expect({ name, status, code: json.code }).toEqual({ name, status: 401, code: 'UNAUTHENTICATED' })
      const { seq, shard = json.receipt.log.split('/').at(-1) } = json.receipt
      const entry = await node.call('GET', `/api/v1/audit/entries/${shard}/${seq}`, { as: 'nadia' })
      expect(entry.json.body).toMatchObject({ type: 'auth.refused', route: 'GET /api/v1/me' })
      expect(entry.json.body.rule).toMatch(/^(jws|token|account)\.[a-z-]+$/)
    }
  })
})

describe('a personal token', () => {
  const create = async (body: object = {}, as = 'alice') =>
    node.call('POST', '/api/v1/me/tokens', { as, body: { project, ...body } })

  test('asks of its project, and the entry names door and token', async () => {
    const { status, json: made } = await create({ label: 'R', hours: 1 })
    expect({ status, made }).toMatchObject({
      status: 201,
      made: { project, door: 'http', label: 'R', usedAt: null },
    })
    const headers = bearing(made.token)
    expect(await node.call('POST', queries(), { headers, body: question })).toMatchObject({
      status: 200,
      json: { columns: [{ name: 'n' }] },
    })
    expect(await node.call('POST', `${queries()}/check`, { headers, body: question })).toMatchObject({
      json: { decision: 'allow' },
    })
    expect(await node.call('GET', `/api/v1/projects/${project}`, { headers })).toMatchObject({
      json: { id: project },
    })
    const [{ shard, seq }] = await entries('query.intent')
    const entry = await node.call('GET', `/api/v1/audit/entries/${shard}/${seq}`, { as: 'nadia' })
    expect(entry.json).toMatchObject({ actor: 'alice', door: 'http', session: `token:${made.id}` })
    expect(JSON.stringify(entry.json)).not.toContain(made.token)
    const { tokens } = (await node.call('GET', '/api/v1/me/tokens', { as: 'alice' })).json
    expect(tokens).toMatchObject([{ id: made.id, usedAt: expect.any(String) }])
    expect(JSON.stringify(tokens)).not.toContain('hc_')
  })

  test('its questions are decided again from the log alike', async () => {
    const lines: string[] = []
    const stdout = { write: (line: string) => lines.push(line) > 0 }
    const out = { stdout, stderr: stdout, signal: new AbortController().signal } as unknown as Parameters<
      typeof replayAll
    >[0]['out']
    expect(await replayAll({ dir: `${node.home}/audit`, out, isTerminal: false, json: true })).toBe(0)
  })

  test('meets the same answer everywhere else, whether something is there or not', async () => {
    const headers = bearing((await create()).json.token)
    const elsewhere: readonly (readonly [string, string, object?])[] = [
      ['GET', '/api/v1/me'],
      ['GET', '/api/v1/me/tokens'],
      ['POST', '/api/v1/me/tokens', { project }],
      ['DELETE', `/api/v1/me/tokens/${randomUUID()}`],
      ['GET', '/api/v1/me/passport'],
      ['GET', '/api/v1/projects'],
      ['GET', '/api/v1/projects/FR-NOR-2026-999999'],
      ['POST', '/api/v1/projects/FR-NOR-2026-999999/queries', question],
      ['GET', queries()],
      ['GET', '/api/v1/datasets'],
      ['GET', '/api/v1/habilitations'],
      ['POST', '/api/v1/habilitations', {}],
      ['GET', '/api/v1/audit/entries'],
      ['GET', '/api/v1/policies'],
    ]
    for (const [method, path, body] of elsewhere) {
      const { status, json } = await node.call(method, path, { headers, ...(body && { body }) })
      expect({ path, status, rule: json.rule }).toEqual({ path, status: 404, rule: 'access-token.scope' })
    }
  })

  test('keeps to its purpose', async () => {
    const headers = bearing((await create()).json.token)
    const body = { ...question, purpose: 'SNDS-I-1' }
    expect(await node.call('POST', queries(), { headers, body })).toMatchObject({
      status: 403,
      json: { code: 'PURPOSE_NOT_GRANTED', rule: 'access-token.purpose' },
    })
  })

  test('is not given to whoever may not ask, nor with what it cannot be', async () => {
    expect(await create({}, 'bruno')).toMatchObject({ status: 403, json: { code: 'NO_HABILITATION' } })
    for (const change of [
      { hours: 0 },
      { hours: 13 },
      { hours: 1.5 },
      { label: 'x'.repeat(81) },
      { door: 'pg' },
    ])
      expect(await create(change)).toMatchObject({ status: 422 })
  })

  test('is made, listed and ended on the command line: alone on standard output, and nowhere after that', async () => {
    const huisclos = (...words: string[]) => typedAt(node, addTokenCommands)('token', ...words)
    const made = await huisclos(
      'create',
      '--as',
      'alice',
      '--project',
      project,
      '--hours',
      '2',
      '--label',
      'cli',
    )
    expect(made.stdout).toMatch(/^hc_[0-9a-f]{72}\n$/)
    expect(made.stderr).not.toContain('hc_')
    const line =
      (await huisclos('list', '--as', 'alice')).stdout.split('\n').find((one) => one.endsWith('cli')) ?? ''
    expect(line).toContain('jamais utilisé')
    const ended = await huisclos('revoke', '--as', 'alice', line.split(' ')[0] ?? '')
    expect(ended.stdout).toContain('terminé / ended')
    expect(
      await node.call('GET', `/api/v1/projects/${project}`, { headers: bearing(made.stdout.trim()) }),
    ).toMatchObject({ status: 401 })
    expect((await huisclos('--as', 'alice')).stdout).toMatch(/^eyJ/)
    await expect(huisclos()).rejects.toMatchObject({ exit: 64 })
  })

  test('ends when its person says so, and asks nothing once a revocation is noticed', async () => {
    const [first, second] = [(await create()).json, (await create()).json]
    const path = `/api/v1/me/tokens/${first.id}`
    expect(await node.call('DELETE', path, { as: 'paul' })).toMatchObject({ status: 404 })
    expect(await node.call('DELETE', path, { as: 'alice' })).toMatchObject({
      status: 200,
      json: { id: first.id },
    })
    const ask = (bearer: string) => node.call('POST', queries(), { headers: bearing(bearer), body: question })
    expect(await ask(first.token)).toMatchObject({ status: 401 })
    expect(await ask(second.token)).toMatchObject({ status: 200 })
    const { habilitation } = (await node.call('GET', `/api/v1/projects/${project}`, { as: 'alice' })).json
    const reason = { reason: 'The study has ended.' }
    await node.call('POST', `/api/v1/habilitations/${habilitation}/revocation`, {
      as: 'claire',
      body: reason,
    })
    expect(await ask(second.token)).toMatchObject({ status: 403, json: { code: 'REVOKED' } })
    expect(await entries('token.revoked')).toHaveLength(2)
  })
})

describe('a token bound to a key', () => {
  const machine = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const bound = () =>
    token(scene, { claims: claimsOf(scene, { cnf: { jkt: thumbprint(machine.publicKey) } }) })

  function proof(bearer: string, change: object = {}): string {
    const ath = createHash('sha256').update(bearer).digest('base64url')
    const said = {
      jti: randomUUID(),
      htm: 'GET',
      htu: `${node.url}/api/v1/me`,
      iat: Math.floor(Date.now() / 1_000),
      ath,
    }
    const head = { typ: 'dpop+jwt', alg: 'ES256', jwk: machine.publicKey.export({ format: 'jwk' }) }
    const text = `${b64(JSON.stringify(head))}.${b64(JSON.stringify({ ...said, ...change }))}`
    return `${text}.${b64(sign('sha256', Buffer.from(text), { key: machine.privateKey, dsaEncoding: 'ieee-p1363' }))}`
  }

  test('opens with a proof of that key, once, and not as a plain bearer', async () => {
    const bearer = bound()
    const dpop = proof(bearer)
    const call = (headers: Record<string, string>) => node.call('GET', '/api/v1/me?a=1', { headers })
    expect(await call({ ...bearing(bearer, 'DPoP'), dpop })).toMatchObject({
      status: 200,
      json: { subject: 'alice' },
    })
    expect(await call({ ...bearing(bearer, 'DPoP'), dpop })).toMatchObject({ status: 401 })
    expect(await call({ ...bearing(bearer), dpop: proof(bearer) })).toMatchObject({ status: 401 })
    expect(await call(bearing(bearer, 'DPoP'))).toMatchObject({ status: 401 })
    expect(await call({ ...bearing(bearer, 'DPoP'), dpop: proof(bearer, { htm: 'POST' }) })).toMatchObject({
      status: 401,
    })
  })

  test('is another thing than one that is bound to nothing: that is refused with a proof', async () => {
    const plain = token(scene)
    const headers = { ...bearing(plain, 'DPoP'), dpop: proof(plain) }
    expect(await node.call('GET', '/api/v1/me', { headers })).toMatchObject({ status: 401 })
  })
})
