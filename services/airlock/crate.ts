/** What a package says of itself to others: RO-Crate 1.1 metadata. Pure; the same release makes the same text. */
import { isoInstant } from '../kernel/clock.ts'
import { isSent, type Release } from './release.ts'

export const crateName = 'ro-crate-metadata.json'
export const recordName = 'disclosure-record.json'
export const tokenName = 'disclosure-record.jws'

/** As what a file lies in the package. */
export const packedName = (name: string): string => `files/${name}`

export function crateText(release: Release): string {
  const { id, title, project, purpose, permit, endedAt, openedAt } = release
  const files = release.files.filter(isSent).map(({ name, type, bytes, sha256, context }) => ({
    '@id': packedName(name),
    '@type': 'File',
    name,
    description: context.shows,
    encodingFormat: type,
    contentSize: String(bytes),
    sha256,
  }))
  const own = [recordName, tokenName].map((name) => ({ '@id': name, '@type': 'File', name }))
  const graph = [
    {
      '@id': crateName,
      '@type': 'CreativeWork',
      conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
      about: { '@id': './' },
    },
    {
      '@id': './',
      '@type': 'Dataset',
      identifier: id,
      name: title,
      description: `Release ${id} of project ${project} for ${purpose}, under permit ${permit.id} (sha256 ${permit.sha256})`,
      datePublished: isoInstant(endedAt ?? openedAt),
      license: 'The conditions of the permit',
      hasPart: [...files, ...own].map((one) => ({ '@id': one['@id'] })),
    },
    ...files,
    ...own,
  ]
  return `${JSON.stringify({ '@context': 'https://w3id.org/ro/crate/1.1/context', '@graph': graph }, null, 2)}\n`
}
