/** Tests that need a box on this machine: skipped aloud without one, and required where `HUISCLOS_REQUIRE_SANDBOX` says so. */
import { test } from '@jest/globals'
import { boxPrograms } from '../services/engine/box/bubblewrap.ts'

const isRequired = process.env.HUISCLOS_REQUIRE_SANDBOX === '1'

export const boxed = isRequired || boxPrograms() !== undefined ? test : test.skip
