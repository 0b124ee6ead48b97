import type { RegisterEntry } from '../../services/review/register/register.ts'

/** A granted request of the public register. */
export const registerEntry = (change: Partial<RegisterEntry> = {}): RegisterEntry => ({
  ...{
    id: 'D-2026-0007',
    title: 'Séjours ; "longs"',
    summaryLay: 'Un résumé.',
    controllers: [],
    references: [],
  },
  ...{ applicant: { id: 'chu-rouen', name: 'CHU de Rouen' }, state: 'active', route: 'MR_004' },
  ...{
    purposes: ['SNDS-III-6'],
    datasets: ['pmsi-demo'],
    holders: [{ id: 'gh-havre', name: 'GH du Havre' }],
  },
  ...{ accessPeriod: { from: '2026-11-01', until: '2027-10-31' }, receivedAt: '2025-12-31T23:30:00.000Z' },
  decision: { outcome: 'granted', at: '2026-01-02T10:00:00.000Z', conditions: [] },
  permit: 'FR-NOR-2026-000007',
  versions: [{ version: 1, sha256: 'ab', changes: [], otherChanges: 0 }],
  facts: [
    { fact: 'received', at: '2025-12-31T23:30:00.000Z' },
    { fact: 'granted', at: '2026-01-02T10:00:00.000Z' },
  ],
  activity: [{ month: '2026-10', queries: '11-100', refusals: '1-10' }],
  ...{ releases: 0, publications: [] },
  ...{ endedAt: null, results: null, certificate: null },
  ...change,
})
