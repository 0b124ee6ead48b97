import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { runCohort } from '../trials/cohort.ts'
import { writeSyntheticCohort } from '../trials/synthetic-cohort.ts'

test('the main job goes from deposit to proof on a synthetic cohort', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-cohort-'))
  const lines: string[] = []
  try {
    await writeSyntheticCohort(folder, 600, 42)
    await runCohort(folder, (line) => lines.push(line))
    expect(lines).toHaveLength(7)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 180_000)
