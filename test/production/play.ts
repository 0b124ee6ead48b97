/**
 * A production node from nothing to an answered question, and again after a stop: `node --import tsx test/production/play.ts FOLDER`,
 * with NODE_EXTRA_CA_CERTS naming the certificate in that folder. Prints what an operator would see; its last line is JSON.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, run } from '../contract/system.ts'
import { grantedAndAsked } from './journey.ts'
import { type NodeProcess, startProcess } from './node-process.ts'
import { type Door, openDoorOf } from './people.ts'
import { openPlace, type Place } from './place.ts'

const [folder = ''] = process.argv.slice(2)

/** Paths and ports of one run say nothing to a reader. */
function say(text: string): void {
  const plain = text
    .trimEnd()
    .replaceAll(folder, '/srv/huisclos')
    .replace(/(localhost|127\.0\.0\.1):\d+/g, '$1')
  process.stdout.write(`${plain}\n`)
}

interface Story {
  readonly place: Place
  readonly door: Door
}

const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`
const huisclos = ({ environment }: Place, ...words: readonly string[]) =>
  run(['services/cli.ts', ...words], environment)

/** As the unit of systemd starts it. */
async function unitCommand(): Promise<readonly string[]> {
  const unit = await readFile(new URL('../../infra/systemd/huisclos.service', import.meta.url), 'utf8')
  const [, command = ''] = /^ExecStart=(.+)$/m.exec(unit) ?? []
  return command.replace('/usr/bin/node', process.execPath).split(' ')
}

/** A start of the node until /readyz says 200. */
async function start({ environment, address }: Place, command: readonly string[]) {
  say(`\n$ HUISCLOS_CONFIG=/srv/huisclos/huisclos.json ${command.join(' ')}`)
  const since = performance.now()
  const node = startProcess(command, environment)
  await node.ready(address)
  say(node.output())
  say(`\n$ curl https://localhost/readyz      # 200 after ${seconds(since)}`)
  return node
}

async function stop(node: NodeProcess): Promise<number | null> {
  const since = performance.now()
  const status = await node.stop()
  say(`\n$ kill -TERM …      # exit ${status ?? 'unknown: npm'} after ${seconds(since)}`)
  return status
}

/** One person at each of the two issuers: what the node then knows of them. */
async function signIns({ door }: Story) {
  const known: string[] = []
  for (const subject of ['alice', 'rene']) {
    await door.signIn(subject)
    const { status, json } = await door.call('GET', '/api/v1/me', { as: subject })
    known.push(`${json?.issuer}:${json?.subject} ${json?.roles} level ${json?.level}`)
    say(`sign-in, GET /api/v1/me: ${status} ${known.at(-1)}`)
  }
  return known
}

/** A witness beside the node; answers how the configuration names it. */
async function openWitness({ environment }: Place) {
  const audit = join(environment.HUISCLOS_HOME ?? '', 'audit')
  const [key = ''] = (await readdir(audit, { recursive: true })).filter((path) => path.endsWith('log.vkey'))
  const log = (await readFile(join(audit, key), 'utf8')).trim()
  const port = await freePort()
  const words = ['--home', join(folder, 'witness'), '--log', log, '--port', String(port)]
  say(
    `\n$ npx huisclos witness --home /srv/witness --log "$(cat audit/…/log.vkey)" --name dpo.example/huisclos`,
  )
  const command = [process.execPath, '--import', 'tsx', 'services/cli.ts', 'witness', ...words]
  const witness = startProcess([...command, '--name', 'dpo.example/huisclos'], {})
  const until = Date.now() + 30_000
  while (!witness.output().includes('\nhttp') && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 50))
  const [vkey = '', url = ''] = witness.output().split('\n')
  say(`${vkey}\n${url}`)
  return { witness, log, named: { name: 'dpo', url, vkey } }
}

/** Whether every witness has cosigned; one that was late in the first round is asked again after a minute. */
async function cosigned({ address }: Place): Promise<boolean> {
  for (const until = Date.now() + 100_000; Date.now() < until; ) {
    const { witnesses }: Cosigning = Object(await (await fetch(`${address}/readyz`)).json())
    if (witnesses?.witnesses.every(({ state }) => state === 'cosigned')) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}

interface Cosigning {
  readonly witnesses?: { readonly witnesses: readonly { readonly state: string }[] }
}

async function verify(place: Place, log: string, vkey: string) {
  const policy = join(folder, 'trust-policy')
  await writeFile(policy, `log ${log}\nwitness dpo ${vkey}\nquorum dpo\n`)
  say('\n$ npx huisclos audit verify --policy trust-policy')
  const { status, stdout } = await huisclos(place, 'audit', 'verify', '--policy', policy)
  say(`${stdout}# exit ${status}`)
  return status
}

async function doctor(place: Place) {
  say('\n$ npx huisclos doctor')
  const { status, stdout, stderr } = await huisclos(place, 'doctor')
  say(`${stdout}${stderr}# exit ${status}`)
  return { status, lines: stdout.split('\n') }
}

/** A fault of the file is one line and 78, and nothing was opened. */
async function refusedStart(place: Place) {
  await place.configure({ adress: 'x' })
  say('\n$ npm start      # with a key that nobody knows')
  const { status, stderr } = await run(['services/main.ts'], place.environment)
  say(`${stderr}# exit ${status}`)
  await place.configure()
  return status
}

/** The DPO reads what was recorded of a start and of the sign-ins. */
async function journal({ door }: Story) {
  const { status, json } = await door.call('GET', '/api/v1/audit/entries?limit=200', { as: 'nadia' })
  const types = new Set<string>(json?.entries?.map(({ type }: { type: string }) => type))
  say(
    `\nnadia (dpo), GET /api/v1/audit/entries: ${status}, ${json?.entries?.length} entries: ${[...types].sort().join(', ')}`,
  )
  return [...types]
}

async function play() {
  const since = performance.now()
  const place = await openPlace(folder, {
    certificate: join(folder, 'tls.crt'),
    key: join(folder, 'tls.key'),
  })
  const story = { place, door: openDoorOf(place.address, place.providers) }
  const running: NodeProcess[] = []
  try {
    const refused = await refusedStart(place)
    const first = await start(place, ['npm', 'start', '--silent'])
    running.push(first)
    const known = await signIns(story)
    const answer = await grantedAndAsked(story.door, say)
    const { witness, log, named } = await openWitness(place)
    running.push(witness)
    // npm dies of the signal before what it runs has ended: its own status says nothing.
    await stop(first)
    await place.configure({ witnesses: [named] })
    const second = await start(place, await unitCommand())
    running.push(second)
    const again = await story.door.call('GET', '/api/v1/me', { as: 'alice' })
    say(`alice, the session of before, GET /api/v1/me: ${again.status}`)
    const entries = await journal(story)
    const isCosigned = await cosigned(place)
    const looked = await doctor(place)
    const verified = await verify(place, log, named.vkey)
    const ended = await stop(second)
    const figures = { refused, known, answer, again: again.status, entries, isCosigned }
    return { ...figures, doctor: looked, verified, ended, seconds: (performance.now() - since) / 1000 }
  } finally {
    await Promise.all(running.map((one) => one.stop()))
    await place.close()
  }
}

process.stdout.write(`${JSON.stringify(await play())}\n`)
