/** A node under a supervisor that loses its database, with people at its door. */
import type { Observed } from './cell.ts'
import type { World } from './world.ts'

export interface Suffered {
  readonly observed: Observed
  /** Ms that the slowest of those who asked waited. */
  readonly slowestMs: number
}

/**
 * What callers are told while the database is ill, with what status the node asks to be ended, and whether it serves again when all is
 * well. It is started again while its database is still ill: `mend` comes after.
 */
export async function sufferLoss(
  world: World,
  hurt: () => Promise<void>,
  mend: () => Promise<void>,
): Promise<Suffered> {
  world.exits.length = 0
  let slowestMs = 0
  const ask = async () => {
    const from = performance.now()
    const answer = await world.ask()
    slowestMs = Math.max(slowestMs, performance.now() - from)
    return answer
  }
  const asked = Promise.all(Array.from({ length: 4 }, ask))
  await hurt()
  const { status, json } = await ask()
  const during = await asked
  const isClear = during.every((one) => one.status === 200 || one.status === 503)
  const exit = status === 200 ? null : await world.exit()
  const back = world.restart()
  await mend()
  await back
  const isBack = isClear && (await world.ask()).status === 200
  return { observed: { status, code: json.code ?? null, exit, isBack }, slowestMs }
}
