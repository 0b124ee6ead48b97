import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'

/** Bytes of the file that an act hands out. */
export async function taken(page: Page, act: () => Promise<void>): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await act()
  return readFile(await (await download).path())
}
