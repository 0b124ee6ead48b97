/** The table of failures: what the node asks of others. */
import type { Dependency, Observed } from './cell.ts'

const goesOn: Observed = { status: 200, code: null, exit: null, isBack: true }
const closed: Observed = { status: 503, code: 'UNAVAILABLE', exit: null, isBack: true }
const restarted: Observed = { ...closed, exit: 71 }

const nothingToDo = { fr: 'Rien à faire.', en: 'Nothing to do.' }
const waitsForDatabase = {
  fr: 'Le superviseur relance le nœud, qui attend la base et le dit ; il sert dès qu’elle répond.',
  en: 'The supervisor starts the node again; it waits for the database, says so, and serves as soon as it answers.',
}
const databaseAlarm = 'exit 71 · `the control database does not answer` · `/readyz` 503'
const databaseTests = 'test/failures/database.test.ts › a database › '

const database: Dependency = {
  name: { fr: 'PostgreSQL', en: 'PostgreSQL' },
  cells: {
    down: {
      what: { fr: 'tuée, refuse les connexions', en: 'killed, refuses connections' },
      expected: restarted,
      follows: {
        fr: 'Aucune requête ne commence ; celles qui couraient finissent en 503, leur arrêt est inscrit au redémarrage.',
        en: 'No query starts; those that ran end as 503, and the restart records that they were cut.',
      },
      alarm: databaseAlarm,
      back: waitsForDatabase,
      test: `${databaseTests}that is killed ends the node, which waits for it and serves again`,
    },
    slow: {
      what: { fr: 'arrêtée, ou répond après 10 s', en: 'stopped, or answers after 10 s' },
      expected: restarted,
      follows: {
        fr: 'Une réponse attend 8 s au plus, puis 503 ; au bout de 10 s au plus le nœud se ferme.',
        en: 'An answer waits 8 s at most, then 503; after 10 s at most the node closes.',
      },
      alarm: databaseAlarm,
      back: waitsForDatabase,
      test: `${databaseTests}that is late is one that is gone`,
    },
    garbage: {
      what: { fr: 'répond n’importe quoi', en: 'answers nonsense' },
      expected: restarted,
      follows: {
        fr: 'Comme une base qui ne répond pas : ce qui ne se lit pas n’est pas une réponse.',
        en: 'As one that does not answer: what cannot be read is no answer.',
      },
      alarm: databaseAlarm,
      back: waitsForDatabase,
      test: `${databaseTests}that answers nonsense is one that is gone`,
    },
  },
}

export const services = { database } satisfies Readonly<Record<string, Dependency>>
