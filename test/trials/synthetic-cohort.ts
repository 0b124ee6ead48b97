/** A small invented twin of the cohort: the same three files, dialect and quirks, made by seed. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { seeded } from '../audit/seeded.ts'

const comma = (value: number) => value.toFixed(1).replace('.', ',')
const events = ['nafld', 'diabetes', 'htn', 'dyslipidemia', 'MI', 'heart failure', 'ang/isc']
const tests = ['hdl', 'chol', 'dbp', 'sbp', 'smoke', 'fib4']

/** Writes nafld1.csv, nafld2.csv.gz and nafld3.csv for `persons` invented persons into a folder. */
export async function writeSyntheticCohort(folder: string, persons: number, seed: number): Promise<void> {
  const random = seeded(seed)
  const draw = (n: number) => Math.floor(random() * n)
  const first = ['"id";"age";"male";"weight";"height";"bmi";"case.id";"futime";"status"']
  const second = ['"id";"days";"test";"value"']
  const third = ['"id";"days";"event"']
  for (let id = 1; id <= persons; id++) {
    // A few very old persons: their ages stay under the threshold.
    const age = id <= 9 ? 95 + (id % 3) : 40 + draw(20)
    const weight = random() < 0.2 ? '' : comma(50 + random() * 50)
    first.push(
      `${id};${age};${draw(2)};${weight};${150 + draw(40)};;${1 + draw(persons)};${draw(5000)};${draw(10) === 0 ? 1 : 0}`,
    )
    for (let i = draw(8); i > 0; i--)
      second.push(`${id};${draw(4000) - 500};"${tests[draw(6)]}";${comma(random() * 200)}`)
    for (let i = draw(3); i > 0; i--) third.push(`${id};${draw(4000) - 500};"${events[draw(7)]}"`)
  }
  const text = (lines: string[]) => Buffer.from(`${lines.join('\n')}\n`, 'latin1')
  await writeFile(join(folder, 'nafld1.csv'), text(first))
  await writeFile(join(folder, 'nafld2.csv.gz'), gzipSync(text(second)))
  await writeFile(join(folder, 'nafld3.csv'), text(third))
}
