import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import type { Fields, Log } from '../../services/kernel/log.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { startEmbedded } from '../../services/store/embedded.ts'
import { FolderTakenError, takeFolder } from '../../services/store/folder-lock.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'huisclos-embedded-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

function listeningLog(): Log & { readonly messages: string[] } {
  const messages: string[] = []
  const keep = (message: string, _?: Fields) => void messages.push(message)
  return { messages, info: keep, warn: keep, error: keep }
}

describe('the embedded PostgreSQL', () => {
  test('keeps what was committed from one start to the next, under the same password', async () => {
    const first = await startEmbedded({ home, log: silentLog })
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await first.close()
    const second = await startEmbedded({ home, log: silentLog })
    try {
      expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
      expect(new URL(second.url).password).toBe(new URL(first.url).password)
    } finally {
      await second.close()
    }
  })

  test('listens on loopback alone, without a Unix socket, and wants the password', async () => {
    const database = await startEmbedded({ home, log: silentLog })
    try {
      const [settings] = await query(
        database.url,
        "SELECT current_setting('listen_addresses') AS tcp, current_setting('unix_socket_directories') AS unix",
      )
      expect(settings).toEqual({ tcp: '127.0.0.1', unix: '' })
      const wrong = new URL(database.url)
      wrong.password = 'guess'
      await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
    } finally {
      await database.close()
    }
  })

  test('shows the password and the data to nobody else on this machine', async () => {
    const modes = ['', 'password', 'data'].map(
      async (name) => (await stat(join(home, 'postgres', name))).mode & 0o777,
    )
    expect(await Promise.all(modes)).toEqual([0o700, 0o600, 0o700])
  })

  test('writes no text and no value of a failing statement to its own log', async () => {
    const database = await startEmbedded({ home, log: silentLog })
    try {
      await query(database.url, 'CREATE TABLE IF NOT EXISTS person (name text PRIMARY KEY)')
      await query(database.url, "INSERT INTO person VALUES ('secret-value')")
      await expect(query(database.url, "INSERT INTO person VALUES ('secret-value')")).rejects.toThrow()
    } finally {
      await database.close()
    }
    expect(await readFile(join(home, 'postgres', 'server.log'), 'utf8')).not.toContain('secret-value')
  })

  test('stops the server that a killed process left behind, and starts', async () => {
    const script = `
      import { startEmbedded } from ${JSON.stringify(new URL('../../services/store/embedded.ts', import.meta.url).href)}
      const quiet = { info() {}, warn() {}, error() {} }
      const { url } = await startEmbedded({ home: ${JSON.stringify(home)}, log: quiet })
      process.stdout.write(url)
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [url] = await once(child.stdout, 'data')
    await query(String(url), 'CREATE TABLE before_the_kill AS SELECT 1 AS one')
    child.kill('SIGKILL')
    await once(child, 'exit')
    // The negative control: the server has survived its process.
    expect(await query(String(url), 'SELECT one FROM before_the_kill')).toEqual([{ one: 1 }])
    const log = listeningLog()
    const next = await startEmbedded({ home, log })
    try {
      expect(log.messages).toContain('stopping the PostgreSQL that a killed process left behind')
      expect(await query(next.url, 'SELECT one FROM before_the_kill')).toEqual([{ one: 1 }])
      if (new URL(next.url).port !== new URL(String(url)).port) {
        await expect(query(String(url), 'SELECT 1')).rejects.toThrow()
      }
    } finally {
      await next.close()
    }
  })

  test('starts where the number in postmaster.pid now belongs to another program', async () => {
    const other = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    try {
      await once(other, 'spawn')
      await writeFile(join(home, 'postgres', 'data', 'postmaster.pid'), `${other.pid}\n${home}\n`)
      const database = await startEmbedded({ home, log: silentLog })
      await database.close()
      expect(other.exitCode).toBeNull()
    } finally {
      other.kill()
    }
  })

  test('starts again after a creation that was cut short', async () => {
    const other = await mkdtemp(join(tmpdir(), 'huisclos-embedded-'))
    try {
      const database = await startEmbedded({ home: other, log: silentLog, durable: false })
      await database.close()
      await rm(join(other, 'postgres', 'data'), { recursive: true })
      await writeFile(join(other, 'postgres', 'data.new'), 'half of it')
      const again = await startEmbedded({ home: other, log: silentLog, durable: false })
      await again.close()
    } finally {
      await rm(other, { recursive: true, force: true })
    }
  })

  test('refuses a home that a living process uses, and leaves its server alone', async () => {
    const database = await startEmbedded({ home, log: silentLog })
    try {
      await expect(startEmbedded({ home, log: silentLog })).rejects.toThrow(
        /another huisclos .* stop it first/,
      )
      expect(await query(database.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    } finally {
      await database.close()
    }
  })
})

describe('a folder lock', () => {
  test('is taken from a dead process, also when its number has come back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'huisclos-lock-'))
    try {
      await writeFile(join(folder, 'owner'), `${process.pid} 1`)
      const lock = await takeFolder(folder)
      await expect(takeFolder(folder)).rejects.toThrow(FolderTakenError)
      await lock.close()
      const next = await takeFolder(folder)
      await next.close()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('goes to one of many that ask at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'huisclos-lock-'))
    try {
      const asked = await Promise.allSettled(Array.from({ length: 8 }, () => takeFolder(folder)))
      expect(asked.filter(({ status: outcome }) => outcome === 'fulfilled')).toHaveLength(1)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
