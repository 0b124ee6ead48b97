/** Reasons of a stay with their GHM, diagnosis and act, usual nights and cost, and who comes for them. Pure. */
import { type Choice, pick } from './draw.ts'

interface CareGroup {
  readonly ghm: string
  readonly code: string
  /** Diagnosis that the treatment is for, where the principal one is a treatment. */
  readonly related?: string
  readonly act: string | null
  readonly nights: number
  readonly euros: number
  /** How often children, women of 18 to 44, other adults and persons from 65 on come for it. */
  readonly weights: readonly [number, number, number, number]
}

export const careGroups: readonly CareGroup[] = [
  { ghm: '05M092', code: 'I500', act: 'DEQP003', nights: 8, euros: 2600, weights: [0, 2, 60, 220] },
  { ghm: '04M052', code: 'J189', act: 'ZBQK002', nights: 8, euros: 2300, weights: [90, 20, 80, 150] },
  { ghm: '01M301', code: 'I639', act: 'ACQK001', nights: 9, euros: 3100, weights: [0, 4, 60, 120] },
  { ghm: '08C471', code: 'S720', act: 'NEKA020', nights: 8, euros: 6200, weights: [4, 2, 30, 130] },
  { ghm: '14Z13A', code: 'O800', act: 'JQGD010', nights: 4, euros: 1900, weights: [0, 420, 0, 0] },
  { ghm: '10M161', code: 'E119', act: 'DEQP003', nights: 5, euros: 1800, weights: [40, 40, 130, 90] },
  { ghm: '11M041', code: 'N10', act: 'JAQM003', nights: 5, euros: 1900, weights: [60, 110, 90, 70] },
  {
    ghm: '28Z07Z',
    code: 'Z511',
    related: 'C509',
    act: null,
    nights: 0,
    euros: 620,
    weights: [10, 90, 190, 100],
  },
  { ghm: '06K04J', code: 'K635', act: 'HHQE002', nights: 0, euros: 740, weights: [4, 60, 200, 60] },
  { ghm: '02C05J', code: 'H259', act: 'BFGA004', nights: 0, euros: 1250, weights: [0, 2, 70, 150] },
  { ghm: '15M05A', code: 'Z380', act: null, nights: 3, euros: 1300, weights: [260, 0, 0, 0] },
  { ghm: '04M031', code: 'J219', act: 'ZBQK002', nights: 3, euros: 1700, weights: [230, 0, 0, 0] },
  { ghm: '06C091', code: 'K358', act: 'HHFA016', nights: 3, euros: 2500, weights: [160, 90, 80, 20] },
  { ghm: '19M061', code: 'F329', act: null, nights: 12, euros: 2100, weights: [50, 100, 110, 40] },
  { ghm: '22M021', code: 'T312', act: 'QZLB001', nights: 17, euros: 14000, weights: [3, 1, 2, 1] },
]

function weighted(profile: 0 | 1 | 2 | 3): readonly Choice[] {
  return careGroups.map(({ weights }, index) => [index, weights[profile]])
}

/** The index of a group, by age, sex and a draw of ten bits. */
export function groupDraw(age: string, sex: string, draw: string): string {
  const of = (profile: 0 | 1 | 2 | 3) => pick(draw, 1024, weighted(profile))
  return `CASE WHEN ${age} < 18 THEN ${of(0)} WHEN ${age} >= 65 THEN ${of(3)}
    WHEN ${sex} = '2' AND ${age} < 45 THEN ${of(1)} ELSE ${of(2)} END`
}
