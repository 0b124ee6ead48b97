/**
 * `npm run trials -- production`: a production node from an empty folder to an answered question, and its transcript. The same with all
 * assertions: `HUISCLOS_TRIAL=production npx jest test/production`.
 */
import { playProduction } from '../production/played.ts'

export async function main(say: (line: string) => void): Promise<unknown> {
  const played = await playProduction()
  if (played === null) return say('skipped: no openssl on this machine, or no bubblewrap')
  for (const line of played.transcript) say(line)
  const { refused, known, answer, verified, isCosigned, ended } = played.figures
  const isPlayed = refused === 78 && known.length === 2 && answer.rows.length === 2 && ended === 0
  if (!isPlayed || verified !== 0 || !isCosigned) throw new Error('the trial has failed')
  return played
}
