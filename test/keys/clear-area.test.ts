import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { memoryLack, openClearArea } from '../../services/keys/clear-area.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-clear-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** An area of its own in a folder that stands for /dev/shm. */
async function place(name: string) {
  const memory = join(folder, name)
  await mkdir(memory)
  return { home: join(folder, 'home'), memory }
}

describe('the clear area', () => {
  test('gives folders to its user alone, and is gone when it is closed', async () => {
    const at = await place('closed')
    const area = await openClearArea('memory', at)
    const bulle = await area.folder('bulles/FR-NOR-2026-000001')
    expect([(await stat(area.path)).mode & 0o777, (await stat(bulle)).mode & 0o777]).toEqual([0o700, 0o700])
    expect(await area.room()).toBeGreaterThan(0)
    await writeFile(join(bulle, 'rows'), 'rows')
    await area.remove('bulles/FR-NOR-2026-000001')
    await area.remove('bulles/FR-NOR-2026-000001')
    expect(await readdir(join(area.path, 'bulles'))).toEqual([])
    await area.close()
    expect(await readdir(at.memory)).toEqual([])
  })

  test('is found again after a crash, and emptied before anything else', async () => {
    const at = await place('crash')
    const left = await openClearArea('memory', at)
    await writeFile(join(await left.folder('bulle'), 'rows'), 'rows')
    const area = await openClearArea('memory', at)
    expect(area.path).toBe(left.path)
    expect(await readdir(area.path)).toEqual([])
  })

  test('of another home is another one', async () => {
    const at = await place('homes')
    const [one, two] = [
      await openClearArea('memory', at),
      await openClearArea('memory', { ...at, home: '/other' }),
    ]
    expect(one.path).not.toBe(two.path)
    await one.close()
    expect(await readdir(at.memory)).toHaveLength(1)
  })

  test.each(['', '..', 'a/../b', '/etc', 'a//b', '.hidden', 'a/', 'a b'])(
    'has no folder %j',
    async (name) => {
      const area = await openClearArea('memory', { home: folder, memory: folder })
      await expect(area.folder(name)).rejects.toThrow(TypeError)
      await area.close()
    },
  )

  test('does not use what somebody else put in its place', async () => {
    const at = await place('taken')
    const { path, close } = await openClearArea('memory', at)
    await close()
    await symlink(folder, path)
    await expect(openClearArea('memory', at)).rejects.toThrow('not a folder of this user alone')
    await rm(path)
    await mkdir(path)
    await chmod(path, 0o755)
    await expect(openClearArea('memory', at)).rejects.toThrow('not a folder of this user alone')
  })

  test('lies on the declared volume, or in the home of a demo', async () => {
    const at = await place('volume')
    const volume = join(folder, 'encrypted')
    await mkdir(volume)
    const declared = await openClearArea('volume', { ...at, volume })
    expect(declared.path.startsWith(`${volume}/huisclos-`)).toBe(true)
    await mkdir(at.home)
    expect((await openClearArea('home', at)).path).toBe(join(at.home, 'clear'))
  })
})

describe('memory', () => {
  test('is what is mounted as such, and nothing else', async () => {
    expect(await memoryLack(folder)).toBe('not-memory')
    expect(await memoryLack(join(folder, 'nothing'))).toBe('absent')
    expect(await memoryLack('/dev/shm')).not.toBe('absent')
  })
})
