/** Two datasets of persons and one of establishments, small enough to count by hand. */

const people = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

const cohort = (name: string, count: number) => ({
  descriptor: {
    ...{ name, kind: 'personal', holder: 'chu-rouen', domain: 'patients-normandie' },
    resources: [
      {
        name: 'people',
        schema: {
          fields: [
            { name: 'id', type: 'integer', role: 'unit' },
            { name: 'region' },
            { name: 'age', type: 'integer' },
          ],
        },
      },
      {
        name: 'stays',
        schema: {
          fields: [
            { name: 'id', type: 'integer', role: 'unit' },
            { name: 'year', type: 'integer' },
          ],
        },
      },
    ],
  },
  // Odd numbers live in the north; of two in three there are two stays.
  files: {
    people: `id;region;age\n${people(count)
      .map((i) => `${i};${i % 2 ? 'north' : 'south'};${30 + (i % 5)}`)
      .join('\n')}\n`,
    stays: `id;year\n${people((count * 2) / 3)
      .flatMap((i) => [`${i};2020`, `${i};2021`])
      .join('\n')}\n`,
  },
})

/** Two of the twelve sites have nineteen beds in twenty, neither of them 85 %. */
const sites = people(12).map((i) => `${990_000_000 + i};Site ${i};${i <= 2 ? 500 : 5}`)

const beds = {
  descriptor: {
    ...{ name: 'beds', kind: 'non-personal', entity: 'establishment', holder: 'chu-rouen', threshold: 3 },
    resources: [
      {
        name: 'sites',
        schema: {
          primaryKey: ['finess'],
          fields: [{ name: 'finess', role: 'unit' }, { name: 'label' }, { name: 'beds', type: 'integer' }],
        },
      },
    ],
  },
  files: { sites: `finess;label;beds\n${sites.join('\n')}\n` },
}

/** Fifty visits each: joined with themselves they never end. */
const visits = {
  descriptor: {
    ...{ name: 'visits', kind: 'personal', holder: 'chu-rouen', domain: 'patients-normandie' },
    resources: [
      {
        name: 'visits',
        schema: {
          fields: [
            { name: 'id', type: 'integer', role: 'unit' },
            { name: 'day', type: 'integer' },
          ],
        },
      },
    ],
  },
  files: {
    visits: `id;day\n${people(20)
      .flatMap((i) => Array.from({ length: 50 }, (_, day) => `${i};${day}`))
      .join('\n')}\n`,
  },
}

/** Some three hundred thousand million rows. */
export const endless = `SELECT count(*) AS n FROM visits a ${['b', 'c', 'd', 'e', 'f']
  .map((one) => `JOIN visits ${one} ON a.id = ${one}.id`)
  .join(' ')}`

export const datasets = [cohort('cohort', 60), cohort('other', 30), beds, visits]
