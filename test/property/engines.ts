/**
 * The engines of a pipeline: those of the house, each in its process, or the same code in this one. What crosses a process and
 * what it may open is not tested here, and a statement costs a third.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBConnection } from 'duckdb'
import { openBare, openReader, runStatement } from '../../services/engine/duckdb.ts'
import type {
  Mount,
  Parser,
  Releaser,
  RewrittenStatement,
  Tree,
  Twin,
  Vault,
} from '../../services/engine/engine.ts'
import { parseJson, printTree } from '../../services/engine/json.ts'
import { loadTable } from '../../services/engine/load.ts'
import { openParser } from '../../services/engine/parser.ts'
import { openReleaser } from '../../services/engine/release.ts'
import { openVault } from '../../services/engine/vault.ts'
import { Refusal } from '../../services/kernel/refusal.ts'

export const limits = { timeoutMs: 20_000, memoryBytes: 512 * 1024 * 1024, maxRows: 100_000 }

export interface Engines {
  readonly parser: Parser
  readonly vault: Vault
  readonly releaser: Pick<Releaser, 'finish'>
  close(): Promise<void>
}

export async function inProcesses(): Promise<Engines> {
  const scratch = await mkdtemp(join(tmpdir(), 'huisclos-pipeline-'))
  const parser = await openParser({ processes: 1 })
  const vault = await openVault({ threads: 1 })
  const releaser = await openReleaser({ threads: 1, memoryBytes: limits.memoryBytes, scratch, processes: 1 })
  return {
    parser,
    vault,
    releaser,
    async close() {
      await releaser.close()
      await vault.close()
      await parser.close()
      await rm(scratch, { recursive: true })
    },
  }
}

const bounds = { threads: 1, memoryBytes: limits.memoryBytes }

/** For statements that are known to be SQL: what the parser says of a text that is none is SYNTAX without a place. */
export async function inThisProcess(): Promise<Engines> {
  const parser = await parserHere()
  const readers = new Map<string, ReturnType<typeof openReader>>()
  const readerOf = (mounts: readonly Mount[]) => {
    const key = JSON.stringify(mounts)
    const reader = readers.get(key) ?? openReader(mounts, bounds)
    readers.set(key, reader)
    return reader
  }
  return {
    parser,
    vault: {
      async open({ mounts }) {
        const connection = await (await readerOf(mounts)).connect()
        const rules = { maxRows: limits.maxRows, temporaryTables: true }
        return {
          run: (statement) => failing(runStatement(connection, statement, rules)),
          take: async ({ name, data }) => {
            await failing(loadTable(connection, { name, ...data }))
          },
          close: async () => connection.closeSync(),
        }
      },
      evict: async () => {},
      close: async () => {},
    },
    releaser: {
      async finish({ tables, mounts, statement }) {
        const connection = await (await readerOf(mounts)).connect()
        try {
          await connection.run('BEGIN')
          for (const { name, data } of tables) await loadTable(connection, { name, ...data })
          const rules = { maxRows: limits.maxRows, temporaryTables: false }
          return await failing(runStatement(connection, statement, rules))
        } finally {
          // What is not committed goes with the connection.
          connection.closeSync()
        }
      },
    },
    async close() {
      await parser.close()
      for (const reader of readers.values()) (await reader).close()
    },
  }
}

async function failing<T>(run: Promise<T>): Promise<T> {
  try {
    return await run
  } catch (error) {
    throw new Refusal('QUERY_FAILED', {}, { cause: error })
  }
}

async function parserHere(): Promise<Parser> {
  const bare = await openBare(bounds)
  const main = await bare.connect()
  const ask = async (on: DuckDBConnection, sql: string, value: string) =>
    String((await on.runAndReadAll(sql, [value])).value(0, 0))
  /** Empty tables that are never committed. */
  async function onTwin<T>({ statements }: Twin, run: (on: DuckDBConnection) => Promise<T>): Promise<T> {
    const on = await bare.connect()
    try {
      await on.run('BEGIN')
      for (const statement of statements) await on.run(statement)
      return await run(on)
    } finally {
      on.closeSync()
    }
  }
  return {
    async tree(sql) {
      const tree = parseJson(await ask(main, 'SELECT json_serialize_sql($1::VARCHAR)', sql)) as Tree
      if (tree.error !== false) throw new Refusal('SYNTAX')
      return tree
    },
    async text(tree) {
      return (await ask(main, 'SELECT json_deserialize_sql($1::JSON)', printTree(tree))) as RewrittenStatement
    },
    plan: (statement, twin) =>
      onTwin(twin, async (on) => {
        const text = 'SELECT json_serialize_plan($1::VARCHAR, optimize := false)'
        const plan = parseJson(await ask(on, text, statement)) as Tree
        if (plan.error !== false) throw new Refusal('TYPE_ERROR')
        return plan
      }),
    columns: (statement, twin) =>
      onTwin(twin, async (on) => {
        const prepared = await on.prepare(statement).catch(() => {
          throw new Refusal('TYPE_ERROR')
        })
        try {
          return Array.from({ length: prepared.columnCount }, (_, index) => ({
            name: prepared.columnName(index),
            type: String(prepared.columnType(index)),
          }))
        } finally {
          prepared.destroySync()
        }
      }),
    async close() {
      main.closeSync()
      bare.close()
    },
  }
}
