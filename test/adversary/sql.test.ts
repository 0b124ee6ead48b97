import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { makeCohort, writeBulle } from '../property/cohort.ts'
import { openPipeline, type Pipeline } from '../property/pipeline.ts'
import refused from './refused.json' with { type: 'json' }
import attacks from './sql.json' with { type: 'json' }

// Nothing in sql.json or refused.json is ever removed. Where two codes stand, either is right: which rule is met first may change.

let pipeline: Pipeline
let made: { bulle: Bulle; folder: string }

beforeAll(async () => {
  made = await writeBulle(makeCohort(3), 'attacked')
  pipeline = await openPipeline()
})
afterAll(async () => {
  await pipeline.close()
  await rm(made.folder, { recursive: true })
})

describe('a statement that asks for what it must not have is refused', () => {
  test.each([...attacks, ...refused].map(({ why, sql, codes }) => [why, sql, codes] as const))(
    '%s: %s',
    async (_, sql, codes) => {
      const refused = await pipeline.ask(made.bulle, sql).then(
        () => 'answered',
        (error: { code?: string }) => error.code ?? String(error),
      )
      expect(codes).toContain(refused)
    },
  )
})
