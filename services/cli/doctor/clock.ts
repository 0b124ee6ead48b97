/** The hour: against those who say theirs, and against the machine's own word. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { discoveryAddress } from '../../identity/issuers/discovery.ts'
import { ask } from './ask.ts'
import { type About, both, type Check, fine, productionOf, settingsOf, worth, wrong } from './check.ts'

const run = promisify(execFile)
const apartMs = 60_000

/** Addresses whose answers carry a date: our node, the issuers, the witnesses. */
function tellers(about: About): readonly string[] {
  const issuers = productionOf(about)?.issuers ?? []
  const witnesses = settingsOf(about)?.witnesses?.witnesses ?? []
  return [
    ...(about.server === null ? [] : [`${about.server.url}/healthz`]),
    ...issuers.map((one) => discoveryAddress(one)),
    ...witnesses.map(({ url }) => url),
  ]
}

export const clock: Check = {
  name: 'clock',
  async look(about) {
    const told = await Promise.all(tellers(about).map((url) => apartFrom(url, about.now)))
    const apart = told.filter((one) => one !== null)
    if (apart.length === 0) return fine(both('personne à qui la comparer', 'nobody to compare it with'))
    const far = apart.filter((one) => Math.abs(one) > apartMs)
    const most = apart.reduce((worst, one) => (Math.abs(one) > Math.abs(worst) ? one : worst))
    const seen = `${(most / 1000).toFixed(0)} s (${apart.length - far.length}/${apart.length})`
    // One that is far from the rest has a wrong clock itself.
    return far.length * 2 >= apart.length && far.length > 0
      ? wrong(
          seen,
          both('réglez l’heure : timedatectl set-ntp true', 'set the time: timedatectl set-ntp true'),
        )
      : fine(seen)
  },
}

/** By how many ms our clock is ahead of the one that answered; null when it said nothing. */
async function apartFrom(url: string, now: () => number): Promise<number | null> {
  const answer = await ask(url, 'HEAD')
  const theirs = Date.parse(answer?.headers.get('date') ?? '')
  return Number.isNaN(theirs) ? null : now() - theirs
}

/** Whether the machine keeps its clock by others; unknown where nothing says it, as in most containers. */
export const timeService = (command = 'timedatectl'): Check => ({
  name: 'time service',
  async look() {
    const told = await run(command, ['show', '--property=NTPSynchronized', '--value'], {
      timeout: 3_000,
    }).catch(() => null)
    const word = told?.stdout.trim()
    if (word === 'yes') return fine(both('synchronisée', 'synchronised'))
    if (word !== 'no') return fine(both('inconnu : celui de l’hôte', 'unknown: that of the host'))
    return worth(both('pas synchronisée', 'not synchronised'), 'timedatectl set-ntp true')
  },
})
