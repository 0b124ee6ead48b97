/** The catalogue as DCAT 3: names, titles and holders. The 18 properties of HealthDCAT-AP are a later issue. Pure. */
import type { Descriptor } from '../dataset/descriptor.ts'

const accessRights = 'http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC'

/** JSON-LD with absolute identifiers under the address of this node. */
export function catalogueGraph(address: string, descriptors: readonly Descriptor[]): object {
  return {
    '@context': {
      dcat: 'http://www.w3.org/ns/dcat#',
      dct: 'http://purl.org/dc/terms/',
      foaf: 'http://xmlns.com/foaf/0.1/',
    },
    '@id': `${address}/catalog`,
    '@type': 'dcat:Catalog',
    'dct:title': { '@language': 'fr', '@value': 'Catalogue huisclos' },
    'dcat:dataset': descriptors.map((one) => ({
      '@id': datasetIri(address, one),
      '@type': 'dcat:Dataset',
      'dct:identifier': one.name,
      'dct:title': one.title ?? one.name,
      ...(one.description === undefined ? {} : { 'dct:description': one.description }),
      'dct:accessRights': { '@id': accessRights },
      'dct:publisher': { '@type': 'foaf:Agent', 'foaf:name': one.holder },
    })),
  }
}

/** The same graph in Turtle. */
export function catalogueTurtle(address: string, descriptors: readonly Descriptor[]): string {
  const datasets = descriptors.map((one) => `<${datasetIri(address, one)}>`)
  return [
    '@prefix dcat: <http://www.w3.org/ns/dcat#> .',
    '@prefix dct: <http://purl.org/dc/terms/> .',
    '@prefix foaf: <http://xmlns.com/foaf/0.1/> .',
    '',
    `<${address}/catalog> a dcat:Catalog ;`,
    `  dct:title "Catalogue huisclos"@fr${datasets.length > 0 ? ` ;\n  dcat:dataset ${datasets.join(', ')}` : ''} .`,
    ...descriptors.flatMap((one) => ['', datasetTurtle(address, one)]),
    '',
  ].join('\n')
}

function datasetTurtle(address: string, one: Descriptor): string {
  const description = one.description === undefined ? [] : [`  dct:description ${literal(one.description)} ;`]
  return [
    `<${datasetIri(address, one)}> a dcat:Dataset ;`,
    `  dct:identifier ${literal(one.name)} ;`,
    `  dct:title ${literal(one.title ?? one.name)} ;`,
    ...description,
    `  dct:accessRights <${accessRights}> ;`,
    `  dct:publisher [ a foaf:Agent ; foaf:name ${literal(one.holder)} ] .`,
  ].join('\n')
}

/** Dataset names are lower-case letters, digits and hyphens: nothing to escape. */
const datasetIri = (address: string, { name }: Descriptor) => `${address}/api/v1/datasets/${name}`

/** A Turtle string: JSON escapes are a subset of Turtle's but for the lone ones below U+0020, which JSON writes as \u. */
const literal = (text: string) =>
  JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
