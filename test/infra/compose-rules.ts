/** What every service of a compose file must say. */
import { environmentFault, secretFault } from './environment.ts'
import { imageFault } from './images.ts'

interface Service {
  readonly image?: string
  readonly build?: unknown
  readonly user?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly mem_limit?: string
  readonly pids_limit?: number
  readonly shm_size?: string
  readonly healthcheck?: { readonly test?: unknown }
  readonly network_mode?: string
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
}

/** Each fault names the service; none of them, for a file that may be used. */
export function composeFaults(file: unknown): string[] {
  const { services, networks } = file as Compose
  const faults = Object.entries(services).flatMap(([name, service]) =>
    [...common(service), ...(name === 'huisclos' ? gateway(service) : [])].map(
      (fault) => `${name}: ${fault}`,
    ),
  )
  return [
    ...faults,
    ...(services.proxy?.network_mode === 'service:huisclos' ? [] : ['proxy: another network than the node']),
    ...(networks.inside?.internal ? [] : ['inside: not internal']),
  ]
}

function common(service: Service): string[] {
  const { image = '', build, user = '', cap_drop = [], security_opt = [], environment = {} } = service
  // Keycloak 26 answers for its health on a port of its own, without a program that could ask it in its image.
  const isWatched =
    build !== undefined || service.healthcheck?.test !== undefined || image.includes('keycloak')
  return [
    // What is built here has the digest that the build gives it.
    ...(build === undefined && imageFault(image) !== null ? ['image'] : []),
    ...(/^[1-9]\d*:\d+$/.test(user) ? [] : ['root']),
    ...(cap_drop.includes('ALL') ? [] : ['capabilities']),
    ...(security_opt.includes('no-new-privileges:true') ? [] : ['privileges']),
    ...(service.read_only || image.includes('keycloak') ? [] : ['root file system']),
    ...(service.mem_limit !== undefined ? [] : ['memory']),
    ...(service.pids_limit !== undefined ? [] : ['processes']),
    ...(isWatched ? [] : ['health']),
    ...Object.entries(environment).flatMap((pair) => secretFault(...pair) ?? []),
  ]
}

function gateway({ security_opt = [], shm_size, environment = {} }: Service): string[] {
  const hasProfiles = ['seccomp=', 'apparmor='].every((one) =>
    security_opt.some((said) => said.startsWith(one)),
  )
  return [
    ...(hasProfiles ? [] : ['no profile for boxes']),
    ...(shm_size === undefined ? ['/dev/shm'] : []),
    ...Object.keys(environment).flatMap((name) => environmentFault(name) ?? []),
  ]
}
