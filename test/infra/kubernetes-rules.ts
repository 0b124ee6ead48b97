/** What the manifests must say: one gateway, closed, bounded, watched. */
import { environmentFault, secretFault } from './environment.ts'
import { imageFault } from './images.ts'

// biome-ignore lint/suspicious/noExplicitAny: a manifest is whatever somebody wrote, each rule looks at one member
type Manifest = any

/** Each fault is named once; none of them, for a set that may be applied. */
export function kubernetesFaults(all: readonly Manifest[]): string[] {
  const of = (kind: string) => all.filter((one) => one.kind === kind)
  const [set] = of('StatefulSet')
  const pod = set.spec.template.spec
  const isDenied = of('NetworkPolicy').some(
    ({ spec }) =>
      Object.keys(spec.podSelector).length === 0 && spec.policyTypes.length === 2 && !spec.ingress,
  )
  const labels: Manifest = of('Namespace')[0].metadata.labels
  const clear = pod.volumes.find(({ name }: Manifest) => name === 'clear')?.emptyDir
  return [
    ...all.flatMap(identityFaults),
    ...(set.spec.replicas === 1 ? [] : ['replicas']),
    ...(pod.securityContext?.runAsNonRoot === true && pod.securityContext.runAsUser > 0 ? [] : ['root']),
    ...(pod.automountServiceAccountToken === false ? [] : ['token of the cluster']),
    ...(pod.terminationGracePeriodSeconds > 30 ? [] : ['stop']),
    ...(clear?.medium === 'Memory' && clear.sizeLimit !== undefined ? [] : ['clear area']),
    ...(set.spec.volumeClaimTemplates?.length > 0 ? [] : ['home']),
    ...(isDenied ? [] : ['default deny']),
    ...(labels['pod-security.kubernetes.io/enforce'] === 'restricted' ? [] : ['pod security']),
    ...pod.containers.flatMap((one: Manifest) =>
      containerFaults(one).map((fault) => `${one.name}: ${fault}`),
    ),
    ...of('Service').flatMap((service) => portFaults(service, pod)),
  ]
}

function identityFaults({ apiVersion, kind, metadata }: Manifest): string[] {
  const isWhole =
    typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string'
  return isWhole && (kind === 'Namespace' || metadata.namespace === 'huisclos') ? [] : [`${kind}: no name`]
}

function containerFaults(one: Manifest): string[] {
  const { securityContext: security = {}, resources = {}, env = [] } = one
  const probes =
    one.name === 'huisclos' ? ['startupProbe', 'readinessProbe', 'livenessProbe'] : ['livenessProbe']
  return [
    ...(imageFault(one.image) === null ? [] : ['image']),
    ...(security.allowPrivilegeEscalation === false ? [] : ['privileges']),
    ...(security.readOnlyRootFilesystem === true ? [] : ['root file system']),
    ...(security.capabilities?.drop?.includes('ALL') ? [] : ['capabilities']),
    ...(resources.requests?.memory && resources.limits?.memory ? [] : ['memory']),
    ...(resources.requests?.cpu ? [] : ['processor']),
    ...probes.filter((probe) => one[probe] === undefined),
    ...env.flatMap(({ name, value }: Manifest) => secretFault(name, value) ?? environmentFault(name) ?? []),
    ...(one.name === 'huisclos' ? profileFaults(security) : []),
  ]
}

function profileFaults({ seccompProfile, appArmorProfile }: Manifest): string[] {
  const isOurs =
    seccompProfile?.localhostProfile === 'profiles/huisclos.json' && appArmorProfile?.type === 'Localhost'
  return isOurs ? [] : ['no profile for boxes']
}

/** A port of a service that no container has. */
function portFaults({ spec }: Manifest, pod: Manifest): string[] {
  const named = pod.containers.flatMap(({ ports = [] }: Manifest) => ports.map(({ name }: Manifest) => name))
  return spec.ports
    .filter(({ targetPort }: Manifest) => !named.includes(targetPort))
    .map(({ name }: Manifest) => `service: ${name} of nobody`)
}
