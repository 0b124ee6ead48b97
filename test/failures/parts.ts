/** The table of failures: the parts of the node itself. */
import { type Both, byItself, type Dependency, told } from './cell.ts'

const workerTests = 'test/failures/parts.test.ts › a worker › '
const nonsense = 'test/engine/process.test.ts › a worker process › that sends %s is killed'

/** A process that the node can lose: the test says what it does with `that …`. */
function worker(name: Both, does: string): Dependency {
  const costs = {
    fr: 'Coûte leur réponse à ceux qu’il servait, et à personne d’autre.',
    en: 'Costs those that it served their answer, and nobody else.',
  }
  const replaced = { fr: 'Un autre prend sa place aussitôt.', en: 'Another takes its place at once.' }
  const common = { expected: told(403, 'QUERY_FAILED'), follows: costs, back: replaced }
  return {
    name,
    alarm: '`a worker died` · `a worker was killed`',
    cells: {
      down: {
        ...common,
        what: { fr: 'tué', en: 'killed' },
        test: `${workerTests}that ${does} and is killed costs its caller one answer`,
      },
      slow: {
        ...common,
        what: { fr: 'figé', en: 'frozen' },
        follows: {
          fr: 'Tué au terme du temps de la requête, une demi-seconde après.',
          en: 'Killed half a second after the time of the query is over.',
        },
        test: `${workerTests}that ${does} and stands still is killed at its deadline`,
      },
      garbage: { ...common, what: { fr: 'répond n’importe quoi', en: 'answers nonsense' }, test: nonsense },
    },
  }
}

const rules: Dependency = {
  name: { fr: 'Règles (politiques)', en: 'Rules (policies)' },
  alarm: '`anomaly.raised` `rule-failed` · `a rule could not be evaluated`',
  cells: {
    down: {
      what: { fr: 'illisibles au démarrage', en: 'unreadable at the start' },
      expected: told(null, null, 78),
      follows: {
        fr: 'Le nœud ne démarre pas, et dit en une ligne quelle règle.',
        en: 'The node does not start, and says in one line which rule.',
      },
      back: {
        fr: 'Réparez le dossier des règles, puis relancez.',
        en: 'Mend the folder of rules, then start.',
      },
      test: 'test/failures/parts.test.ts › rules that are not where they were › stop the start, and nothing is answered under none',
    },
    slow: {
      what: {
        fr: 'leur dossier disparaît ou tarde en cours de route',
        en: 'their folder is gone or late while the node runs',
      },
      expected: told(200, null),
      follows: {
        fr: 'Rien : elles sont lues une fois, au démarrage.',
        en: 'Nothing: they are read once, at the start.',
      },
      back: {
        fr: 'Au démarrage suivant, le dossier doit être là.',
        en: 'At the next start the folder must be there.',
      },
      test: 'test/failures/parts.test.ts › rules that are not where they were › are those that were read, under a running node',
    },
    garbage: {
      what: { fr: 'l’une d’elles ne peut pas être évaluée', en: 'one of them cannot be evaluated' },
      expected: told(403, 'PERMIT_INVALID'),
      follows: {
        fr: 'C’est toujours non, avec la règle `rule-failed`.',
        en: 'It is always a no, with the rule `rule-failed`.',
      },
      back: {
        fr: 'De lui-même si un fait manquait ; sinon corrigez la règle, à deux.',
        en: 'By itself if a fact was missing; else two persons mend the rule.',
      },
      test: 'test/failures/parts.test.ts › rules › of which one cannot be evaluated are a no, and an alarm, once',
    },
  },
}

const indexTests = 'test/failures/parts.test.ts › a search index › '
const searchOnly = {
  fr: 'La recherche dans le journal dit qu’elle ne peut pas ; tout le reste marche.',
  en: 'The search in the log says that it cannot; everything else works.',
}
const reindex = {
  fr: '`huisclos audit reindex`, ou le démarrage suivant.',
  en: '`huisclos audit reindex`, or the next start.',
}

const index: Dependency = {
  name: { fr: 'Index de recherche du journal', en: 'Search index of the log' },
  alarm: '`UNAVAILABLE` `store.index-gone` · `the audit index could not be written`',
  cells: {
    down: {
      what: { fr: 'tables supprimées', en: 'tables dropped' },
      expected: told(503, 'UNAVAILABLE'),
      follows: searchOnly,
      back: reindex,
      test: `${indexTests}that was dropped says so, holds nothing up, and is made again from the log`,
    },
    slow: {
      what: { fr: 'tables tenues par quelqu’un d’autre', en: 'tables held by somebody else' },
      expected: told(503, 'UNAVAILABLE'),
      follows: searchOnly,
      back: byItself,
      test: `${indexTests}that somebody holds answers in time that it cannot`,
    },
    garbage: {
      what: { fr: 'tables vidées', en: 'tables emptied' },
      expected: told(503, 'UNAVAILABLE'),
      follows: searchOnly,
      back: reindex,
      test: `${indexTests}that was emptied does not pass for a log without entries`,
    },
  },
}

const clockTests = 'test/failures/watch.test.ts › a clock › '
const rightAgain = {
  fr: 'De lui-même dès que l’heure est juste ; le temps du journal, lui, ne recule jamais.',
  en: 'By itself once the time is right; the time of the log never goes back.',
}

const clock: Dependency = {
  name: { fr: 'Horloge', en: 'Clock' },
  alarm: '`anomaly.raised` `clock.back`, `clock.forward`',
  cells: {
    down: {
      what: { fr: 'reculée d’un an', en: 'set back by a year' },
      expected: told(403, 'NOT_YET_VALID'),
      follows: {
        fr: 'Aucune autorisation n’a commencé ; un jeton décalé de plus d’une minute est refusé.',
        en: 'No permit has begun; a token that is off by more than a minute is refused.',
      },
      back: rightAgain,
      test: `${clockTests}that is set back by a year lets no permit begin, and is an alarm`,
    },
    slow: {
      what: {
        fr: 'une seconde répétée, le changement d’heure, moins d’une minute d’écart',
        en: 'a second twice, the change of hour, less than a minute off',
      },
      expected: told(200, null),
      follows: { fr: 'Rien.', en: 'Nothing.' },
      back: { fr: 'Rien à faire.', en: 'Nothing to do.' },
      test: `${clockTests}that repeats a second, or goes through the change of hour, is no event`,
    },
    garbage: {
      what: { fr: 'avancée d’un an', en: 'set forward by a year' },
      expected: told(403, 'EXPIRED'),
      follows: {
        fr: 'Toute autorisation est finie tant que l’heure est fausse ; rien n’est inscrit comme fini pendant une heure.',
        en: 'Every permit is over while the time is wrong; nothing is written down as over for an hour.',
      },
      back: rightAgain,
      test: `${clockTests}that is set forward by a year ends every permit while it is wrong, and is an alarm`,
    },
  },
}

export const parts = {
  parser: worker({ fr: 'Processus qui lit le SQL', en: 'Process that reads SQL' }, 'reads text'),
  vault: worker({ fr: 'Processus d’une bulle', en: 'Process of a bulle' }, 'holds an extract'),
  releaser: worker({ fr: 'Processus de sortie', en: 'Process of releases' }, 'releases'),
  builder: worker({ fr: 'Processus des tables dérivées', en: 'Process of derived tables' }, 'builds a table'),
  ...{ rules, index, clock },
} satisfies Readonly<Record<string, Dependency>>
