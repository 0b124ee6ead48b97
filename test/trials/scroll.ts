/**
 * An answer of a hundred thousand rows in the workshop, in a real browser: for how long the page stands still while the answer comes in,
 * and how its frames follow each other while one scrolls by wheel and by keyboard. An answer of a thousand rows is scrolled before it:
 * what both have in common is the machine. Tasks are measured in processor time of the page's own thread, so that neighbours count less.
 */
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../chromium.ts'
import { startSystem } from '../contract/system.ts'
import { signIn } from '../portal/visiting.ts'

const project = 'FR-NOR-2026-000001'

/** Eight columns of the kinds that an answer has; of no person, since no demonstration has so many groups of persons. */
const statement = (
  rows: number,
) => `SELECT a.range * 100 + b.range AS n, a.range AS line, b.range * 1.5 AS mean,
  'Centre hospitalier n° ' || b.range AS hospital, DATE '2020-01-01' + CAST(b.range AS INTEGER) AS day,
  TIMESTAMP '2020-01-01 08:30:00' AS moment, b.range % 2 = 0 AS is_even, a.range / 7.0 AS rate
  FROM range(${rows / 100}) a, range(100) b`

/** In milliseconds, but for the rows. */
export interface Figures {
  readonly medianFrame: number
  readonly worstFrame: number
  /** The longest task of the page's thread, in processor time. */
  readonly scrollTask: number
  readonly arrivalTask: number
  /** Most rows of the table that were on the page at once. */
  readonly rowsOnPage: number
}

/** A text, since a compiled function may call helpers that the page has not. */
const gathering = `
  const frames = []
  window.frameTimes = frames
  let last = 0
  const frame = (at) => {
    if (last > 0) frames.push(at - last)
    last = at
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
`

/** Frames since the last call. */
const framesOf = (page: Page) => page.evaluate<readonly number[]>('window.frameTimes.splice(0)')

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds of processor time. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** The longest task of the page's thread while `act` runs. */
async function longestTask(page: Page, act: () => Promise<void>): Promise<number> {
  const browser = page.context().browser() as Browser
  await browser.startTracing(page, { categories: ['toplevel'] })
  await act()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    readonly traceEvents: readonly TraceEvent[]
  }
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(threadOf),
  )
  const tasks = traceEvents.filter((one) => one.name.endsWith('RunTask') && main.has(threadOf(one)))
  if (tasks.length === 0) throw new Error('the trace has no task of the page')
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000))
}

async function turnWheel(page: Page): Promise<void> {
  for (const step of [120, 900, 6000, -3000]) {
    for (let times = 0; times < 30; times++) {
      await page.mouse.wheel(0, step)
      await page.waitForTimeout(12)
    }
  }
}

async function pressKeys(page: Page): Promise<void> {
  for (const key of ['End', 'Home', 'End', 'Home']) {
    await page.keyboard.press(key)
    await page.waitForTimeout(300)
  }
  for (const key of ['PageDown', 'ArrowDown', 'PageUp'])
    for (let times = 0; times < 20; times++) await page.keyboard.press(key, { delay: 15 })
}

/** One visit: asks, waits for the table, scrolls it. */
async function scrolled(page: Page, url: string, rows: number): Promise<Figures> {
  await page.goto(`${url}/projects/${project}/sql?tab=table#sql=${encodeURIComponent(statement(rows))}`)
  // An address that differs behind its # alone loads nothing.
  await page.reload()
  await page.getByRole('region', { name: 'Avant d’exécuter' }).getByText('Permise').waitFor()
  const region = page.getByRole('region', { name: 'Lignes de la réponse' })
  const arrivalTask = await longestTask(page, async () => {
    await page.getByRole('button', { name: 'Exécuter' }).first().click()
    await region.waitFor()
    await page.waitForTimeout(300)
  })
  await region.hover()
  const on: number[] = []
  const count = async () => on.push(await region.getByRole('row').count())
  await framesOf(page)
  const scrollTask = await longestTask(page, async () => {
    await turnWheel(page)
    await count()
    await region.focus()
    await pressKeys(page)
    await count()
  })
  const frames = (await framesOf(page)).toSorted((one, other) => one - other)
  return {
    medianFrame: frames[Math.floor(frames.length / 2)] ?? Number.NaN,
    worstFrame: frames.at(-1) ?? Number.NaN,
    ...{ scrollTask, arrivalTask },
    rowsOnPage: Math.max(...on),
  }
}

/** On a node and a browser of its own. */
export async function main(rows: number, say: (line: string) => void): Promise<Figures> {
  const system = await startSystem({ demo: 'full' })
  const browser = await openBrowser()
  try {
    const context = await browser.newContext({ locale: 'fr', viewport: { width: 1280, height: 900 } })
    const page = await context.newPage()
    await page.addInitScript({ content: gathering })
    await signIn(page, system.url, 'alice')
    say(`1000 rows: ${JSON.stringify(await scrolled(page, system.url, 1000))}`)
    const figures = await scrolled(page, system.url, rows)
    say(`${rows} rows: ${JSON.stringify(figures)}`)
    return figures
  } finally {
    await browser.close()
    await system.stop()
    await system.remove()
  }
}

/** No task over 50 ms while one scrolls, none over 200 ms while the answer comes in; sixty frames a second, at most sixty rows. */
export function isSmooth({ medianFrame, scrollTask, arrivalTask, rowsOnPage }: Figures): boolean {
  return medianFrame <= 17 && scrollTask <= 50 && arrivalTask <= 200 && rowsOnPage <= 60
}
