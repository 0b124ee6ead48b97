/** The table of failures: where plain files lie while somebody reads them. */
import { byItself, type Dependency, told } from './cell.ts'

const tests = 'test/failures/clear-area.test.ts › a clear area › '

export const clear: Dependency = {
  name: { fr: 'Zone en clair (`/dev/shm`)', en: 'Clear area (`/dev/shm`)' },
  alarm: '`UNAVAILABLE` `clear.full` · `huisclos doctor`',
  cells: {
    down: {
      what: { fr: 'pleine', en: 'full' },
      expected: told(503, 'UNAVAILABLE'),
      follows: {
        fr: 'Ce qui est ouvert continue ; aucun autre extrait ne s’ouvre, rien ne se dépose.',
        en: 'What is open goes on; no other extract opens, nothing is deposited.',
      },
      back: {
        fr: 'De lui-même, à la question suivante : ce qu’on ne lit plus depuis 30 minutes est effacé. Sinon, agrandissez-la.',
        en: 'By itself, at the next question: what nobody has read for 30 minutes is removed. Else make it larger.',
      },
      test: `${tests}that is full opens nothing and says so, and what is open goes on`,
    },
    slow: {
      what: { fr: 'lente à donner de la place', en: 'slow to give room' },
      expected: told(200, null),
      follows: {
        fr: 'La question attend que l’extrait soit ouvert.',
        en: 'The question waits until the extract is open.',
      },
      back: byItself,
      test: `${tests}that takes its time is waited for`,
    },
    garbage: {
      what: {
        fr: 'encore pleine de ce qu’un nœud tué y a laissé, abîmé depuis',
        en: 'still holding what a node that was killed left, spoiled since',
      },
      expected: told(200, null),
      follows: {
        fr: 'Rien de cela n’est lu : le démarrage la vide, et ouvre de nouveau ce qui est scellé.',
        en: 'None of it is read: the start empties it, and opens what is sealed anew.',
      },
      back: byItself,
      test: `${tests}that holds what a node that was killed left, spoiled since, is emptied before anything is read`,
    },
  },
}
