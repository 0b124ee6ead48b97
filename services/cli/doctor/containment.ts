/** What workers run in, and which layer of the machine refuses it (security.md 6.3). */
import { constants } from 'node:fs'
import { access, readFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { machineSandbox, type Sandbox } from '../../engine/box/sandbox.ts'
import {
  type About,
  both,
  type Check,
  type Finding,
  fine,
  gibibytes,
  graveIn,
  productionOf,
  type Said,
  settingsOf,
  worth,
  wrong,
} from './check.ts'
import { kernelFile } from './machine.ts'
import { workerGroupsOf } from './node.ts'

/** Of the layers between us and a box, the one that refuses; each has its remedy. */
type Layer =
  | 'system'
  | 'programs'
  | 'architecture'
  | 'probe'
  | 'namespaces'
  | 'clone'
  | 'apparmor'
  | 'seccomp'
  | 'proc'
  | 'start'

const remedies: Readonly<Record<Layer, Said>> = {
  system: both('un noyau Linux', 'a Linux kernel'),
  programs: both('apt install bubblewrap util-linux', 'apt install bubblewrap util-linux'),
  architecture: both('une machine x86-64 ou arm64', 'an x86-64 or arm64 machine'),
  probe: both('installez bubblewrap ≥ 0.8', 'install bubblewrap ≥ 0.8'),
  namespaces: both('sysctl -w user.max_user_namespaces=15000', 'sysctl -w user.max_user_namespaces=15000'),
  clone: both('sysctl -w kernel.unprivileged_userns_clone=1', 'sysctl -w kernel.unprivileged_userns_clone=1'),
  apparmor: both(
    'AppArmor : un profil « userns » pour bwrap (infra/), ou sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    'AppArmor: a profile with “userns” for bwrap (infra/), or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  ),
  seccomp: both(
    'conteneur : un profil seccomp qui permet clone et unshare avec CLONE_NEWUSER, mount et pivot_root',
    'container: a seccomp profile that allows clone and unshare with CLONE_NEWUSER, mount and pivot_root',
  ),
  proc: both(
    'conteneur : /proc est masqué ; systempaths=unconfined (docker), procMount: Unmasked (Kubernetes)',
    'container: /proc is masked; systempaths=unconfined (docker), procMount: Unmasked (Kubernetes)',
  ),
  start: both(
    'bwrap --unshare-user --ro-bind / / true : lisez ce qu’il répond',
    'bwrap --unshare-user --ro-bind / / true: read its answer',
  ),
}

/** The box of this machine. `sandbox` is for tests: what the probe would find on another machine. */
export const containment = (sandbox: () => Promise<Sandbox> = machineSandbox): Check => ({
  name: 'sandbox',
  isHeavy: true,
  async look(about) {
    const found = await sandbox()
    if (found.kind !== 'none')
      return fine(both(`${found.kind} : aucune échappée`, `${found.kind}: no way out`))
    const layer = await layerOf(about, found.why)
    const told = [layer, ...found.could].join(', ')
    return graveIn(settingsOf(about))(
      both(`sans bac à sable : démonstration seulement (${told})`, `none: demonstration only (${told})`),
      remedies[layer],
    )
  },
})

/** A box that does not start says not why; the kernel does. */
async function layerOf(about: About, why: Extract<Sandbox, { kind: 'none' }>['why']): Promise<Layer> {
  if (why !== 'start') return why
  const asked = [
    'user/max_user_namespaces',
    'kernel/unprivileged_userns_clone',
    'kernel/apparmor_restrict_unprivileged_userns',
  ]
  const [most, clone, apparmor] = await Promise.all(
    asked.map(async (name) => (await kernelFile(about, join('proc/sys', name))).trim()),
  )
  if (most === '0') return 'namespaces'
  if (clone === '0') return 'clone'
  if (apparmor === '1') return 'apparmor'
  if (/^Seccomp:\s+[12]$/m.test(await kernelFile(about, 'proc/self/status'))) return 'seccomp'
  // Container engines lay read-only or empty mounts over parts of /proc; the kernel then refuses a new one inside.
  const masked = / \/proc\/(kcore|sys|keys|timer_list) /.test(await kernelFile(about, 'proc/self/mountinfo'))
  return masked ? 'proc' : 'start'
}

/**
 * A group of its own per worker needs that ours was handed to us; without it limits of resources hold alone. A running node says what it
 * found; of one that is to be started, what this process finds of itself is the best that can be said.
 */
export const controlGroups: Check = {
  name: 'cgroup',
  async look(about) {
    const found = await workerGroupsOf(about)
    if (found === true) return fine(both('un groupe par processus', 'a group for each worker'))
    if (found === false) return notDelegated
    const path = /^0::(\/.*)$/m.exec(await kernelFile(about, 'proc/self/cgroup'))?.[1]
    const folder = join(about.root, 'sys/fs/cgroup', path ?? '/')
    const controllers = await readFile(join(folder, 'cgroup.controllers'), 'utf8').catch(() => '')
    const isOurs = await access(join(folder, 'cgroup.procs'), constants.W_OK).then(
      () => true,
      () => false,
    )
    const missing = ['cpu', 'memory', 'pids'].filter((name) => !controllers.split(/\s+/).includes(name))
    if (path !== undefined && isOurs && missing.length === 0) return fine(path)
    return notDelegated
  },
}

const notDelegated = worth(
  both(
    'non délégué : les limites de ressources tiennent seules',
    'not delegated: limits of resources hold alone',
  ),
  both('systemd : Delegate=cpu memory pids', 'systemd: Delegate=cpu memory pids'),
)

const wantedBytes = 512 * 1024 ** 2
/** Magic number of tmpfs (statfs(2)). */
const tmpfs = 0x01021994

/** Where plaintext lies while the engine needs it: memory, never a disk. */
export const sharedMemory: Check = {
  name: 'clear memory',
  async look(about) {
    const volume = productionOf(about)?.clear.volume
    if (volume !== undefined) return lookAtVolume(volume)
    const folder = join(about.root, 'dev/shm')
    const found = await statfs(folder).catch(() => null)
    const grave = graveIn(settingsOf(about))
    const remedy = both(
      `montez-la : mount -t tmpfs -o size=4g,mode=1777 tmpfs ${folder} ; docker --shm-size=4g`,
      `mount it: mount -t tmpfs -o size=4g,mode=1777 tmpfs ${folder}; docker --shm-size=4g`,
    )
    if (found === null) return grave(both(`${folder} manque`, `${folder} is missing`), remedy)
    if (found.type !== tmpfs)
      return grave(both(`${folder} n’est pas en mémoire`, `${folder} is not in memory`), remedy)
    const free = found.bavail * found.bsize
    const need = productionOf(about) === null ? 64 * 1024 ** 2 : wantedBytes
    return free < need ? worth(gibibytes(free), remedy) : fine(gibibytes(free))
  },
}

/** That it is encrypted is the word of the operator. */
async function lookAtVolume(volume: string): Promise<Finding> {
  const found = await statfs(volume).catch(() => null)
  if (found !== null) return fine(both(`volume déclaré chiffré`, `a volume declared encrypted`))
  return wrong(
    both(`clear.volume : ${volume} manque`, `clear.volume: ${volume} is missing`),
    both(
      'montez le volume chiffré, ou ôtez clear.volume',
      'mount the encrypted volume, or remove clear.volume',
    ),
  )
}
