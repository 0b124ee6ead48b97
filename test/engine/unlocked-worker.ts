/** An engine without any lock of ours, that runs whatever text it is given: what a box must hold when all else has given way. */
import { DuckDBInstance } from 'duckdb'
import { serve } from '../../services/engine/serve.ts'

const maxRows = 2000
const maxText = 512 * 1024

let shared: DuckDBInstance | undefined

/** Values as text, cut to a length. */
async function run({ text, fresh }: { readonly text: string; readonly fresh: boolean }): Promise<string> {
  shared ??= await DuckDBInstance.create(':memory:')
  const instance = fresh ? await DuckDBInstance.create(':memory:') : shared
  try {
    const connection = await instance.connect()
    try {
      const reader = await connection.runAndReadUntil(text, maxRows)
      return reader
        .getRows()
        .map((row) => row.map(String).join(' '))
        .join('\n')
        .slice(0, maxText)
    } finally {
      connection.closeSync()
    }
  } finally {
    if (fresh) instance.closeSync()
  }
}

serve({ methods: { run } })
