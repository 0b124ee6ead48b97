/** The 18 mandatory properties of HealthDCAT-AP for data that are not public (governance.md 13), and what a dataset lacks of them. */
import type { Descriptor } from '../descriptor.ts'
import { type Curie, expanded, type Triple } from './triples.ts'

/** In the order of governance.md 13. */
export const mandatoryProperties = [
  'dct:title',
  'dct:description',
  'dct:identifier',
  'dpv:hasPurpose',
  'dct:provenance',
  'dcat:keyword',
  'dct:spatial',
  'dcat:contactPoint',
  'dct:publisher',
  'healthdcatap:hdab',
  'adms:sample',
  'dcat:distribution',
  'dcatap:applicableLegislation',
  'dct:accessRights',
  'dct:type',
  'healthdcatap:healthCategory',
  'dcat:theme',
  'healthdcatap:healthTheme',
] as const satisfies readonly Curie[]

/** Plain DCAT-AP, for what is about no person. */
const ofNonPersonal: readonly Curie[] = mandatoryProperties.filter(
  (one) =>
    !['dct:type', 'dpv:hasPurpose', 'healthdcatap:healthCategory', 'healthdcatap:healthTheme'].includes(one),
)

export interface Completeness {
  readonly filled: number
  readonly of: number
  /** Properties without a value, which only the holder can give. */
  readonly missing: readonly Curie[]
}

/** Counted on the graph itself, so that the figure says what a harvester finds. `iri` is that of the dataset. */
export function completenessOf(
  { kind }: Pick<Descriptor, 'kind'>,
  graph: readonly Triple[],
  iri: string,
): Completeness {
  const said = new Set(graph.flatMap(({ subject, predicate }) => (subject === iri ? [predicate] : [])))
  const wanted = kind === 'personal' ? mandatoryProperties : ofNonPersonal
  const missing = wanted.filter((one) => !said.has(expanded(one)))
  return { filled: wanted.length - missing.length, of: wanted.length, missing }
}
