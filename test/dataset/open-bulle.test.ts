/** What stays open of a project between two questions. */
import { expect, test } from '@jest/globals'
import { keepOpen } from '../../services/dataset/open-bulle.ts'
import type { Opened } from '../../services/keys/copies.ts'

const clock = { now: () => 0 }

test('a table that is gone is closed when the queries that run have ended, and the others stay open', async () => {
  const closed: string[] = []
  let end = () => {}
  const ended = () =>
    new Promise<void>((resolve) => {
      end = resolve
    })
  const bulles = keepOpen({ clock, ended })
  const open = (folder: string) => async (): Promise<Opened> => ({
    folder,
    close: async () => void closed.push(folder),
  })
  await bulles.keep('p', 'b', [open('extract'), open('dropped'), open('table')])
  bulles.leave('p', new Set(['extract', 'table']))
  expect(closed).toEqual([])
  end()
  await new Promise((resolve) => setImmediate(resolve))
  expect(closed).toEqual(['dropped'])
  await bulles.close()
  expect(closed).toEqual(['dropped', 'extract', 'table'])
})
