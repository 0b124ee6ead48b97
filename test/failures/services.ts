/** The table of failures: what the node asks of others. */
import { byItself, type Dependency, told } from './cell.ts'

const databaseTests = 'test/failures/database.test.ts › a database › '
const waitsForDatabase = {
  fr: 'Le superviseur relance le nœud, qui attend la base, le dit, et sert dès qu’elle répond.',
  en: 'The supervisor starts the node again; it waits for the database, says so, and serves as soon as it answers.',
}

const database: Dependency = {
  name: { fr: 'PostgreSQL', en: 'PostgreSQL' },
  alarm: '`/readyz` 503 · `the control database does not answer: the start waits for it`',
  cells: {
    down: {
      what: { fr: 'tuée, ou refuse les connexions', en: 'killed, or refuses connections' },
      expected: told(503, 'UNAVAILABLE', 71),
      follows: {
        fr: 'Aucune requête ne commence ; aucune de celles qui couraient ne rend de résultat, leur arrêt est inscrit au redémarrage.',
        en: 'No query starts; none of those that ran gives a result, and the restart records that they were cut.',
      },
      back: waitsForDatabase,
      test: `${databaseTests}that is killed ends the node, which waits for it and serves again`,
    },
    slow: {
      what: { fr: 'figée, ou répond après 10 s', en: 'frozen, or answers after 10 s' },
      expected: told(503, 'UNAVAILABLE', 71),
      follows: {
        fr: 'Qui attend reçoit 503 après 8 s au plus ; le nœud se ferme au bout de 10 s.',
        en: 'Who waits is told 503 after 8 s at most; the node closes after 10 s.',
      },
      back: waitsForDatabase,
      test: `${databaseTests}that is late is one that is gone`,
    },
    garbage: {
      what: { fr: 'répond n’importe quoi', en: 'answers nonsense' },
      expected: told(503, 'UNAVAILABLE', 71),
      follows: {
        fr: 'Ce qui ne se lit pas n’est pas une réponse : comme une base figée.',
        en: 'What cannot be read is no answer: as a frozen one.',
      },
      back: waitsForDatabase,
      test: `${databaseTests}that answers nonsense is one that is gone`,
    },
  },
}

const diskTests = 'test/failures/watch.test.ts › the disk of the log › '

const disk: Dependency = {
  name: { fr: 'Disque du journal de preuves', en: 'Disk of the evidence log' },
  alarm: '`huisclos_audit_free_bytes` < `huisclos_audit_floor_bytes` · `log.reserve_used`',
  cells: {
    down: {
      what: { fr: 'plein', en: 'full' },
      expected: told(503, 'UNAVAILABLE'),
      follows: {
        fr: 'Rien ne s’inscrit, donc rien ne s’exécute et rien ne sort.',
        en: 'Nothing can be recorded, so nothing runs and nothing leaves.',
      },
      back: {
        fr: 'Faites de la place : le nœud le voit à l’appel suivant.',
        en: 'Make room: the node sees it at the next call.',
      },
      test: `${diskTests}that is full stops everything, and nothing when there is room again`,
    },
    slow: {
      what: { fr: 'écrit en 10 s', en: 'takes 10 s to write' },
      expected: told(200, null),
      follows: {
        fr: 'Chaque réponse attend que son entrée soit sur le disque ; au-delà de son temps une requête finit en QUERY_FAILED.',
        en: 'Every answer waits until its entry is on the disk; a query beyond its time ends as QUERY_FAILED.',
      },
      back: byItself,
      test: `${diskTests}that is late holds answers back until their entries are on it`,
    },
    garbage: {
      what: { fr: 'erreur d’écriture, ou lecture seule', en: 'write error, or read-only' },
      expected: told(503, 'UNAVAILABLE', 70),
      follows: {
        fr: 'Une écriture manquée n’est jamais tentée de nouveau : le nœud s’arrête, rien n’est sorti sans son entrée.',
        en: 'A write that failed is never tried again: the node ends, and nothing has left without its entry.',
      },
      back: {
        fr: 'Réparez le disque. Le superviseur relance le nœud, qui vérifie et reprend son journal.',
        en: 'Mend the disk. The supervisor starts the node again; it checks its log and goes on.',
      },
      test: `${diskTests}that answers %s ends the node, which nothing has left`,
    },
  },
}

const witnessTests = 'test/failures/watch.test.ts › witnesses › '
const silent = {
  fr: 'Les réponses continuent : avis à 5 minutes, alarme à 1 heure, plus de nouvelle requête à 24 heures (refuseAfterHours).',
  en: 'Answers go on: a notice after 5 minutes, an alarm after 1 hour, no new query after 24 hours (refuseAfterHours).',
}
const nextRound = {
  fr: 'De lui-même, à la ronde suivante : une minute.',
  en: 'By itself, at the next round: one minute.',
}

const witness: Dependency = {
  name: { fr: 'Témoins du journal', en: 'Witnesses of the log' },
  alarm:
    '`huisclos_witness_quorum_age_seconds` · `witness.quorum_lost` · `anomaly.raised` `witness.alarming`, `witness.refusing`',
  cells: {
    down: {
      what: { fr: 'absents depuis un jour', en: 'gone for a day' },
      expected: told(503, 'UNAVAILABLE'),
      follows: silent,
      back: nextRound,
      test: `${witnessTests}that are gone are told after five minutes, alarming after an hour, and after a day no query starts`,
    },
    slow: {
      what: { fr: 'répondent après 10 s, depuis un jour', en: 'answer after 10 s, for a day' },
      expected: told(503, 'UNAVAILABLE'),
      follows: silent,
      back: nextRound,
      test: `${witnessTests}that are %s are as good as gone`,
    },
    garbage: {
      what: { fr: 'répondent n’importe quoi, depuis un jour', en: 'answer nonsense, for a day' },
      expected: told(503, 'UNAVAILABLE'),
      follows: silent,
      back: nextRound,
      test: `${witnessTests}that are %s are as good as gone`,
    },
  },
}

const issuerTest = 'test/failures/issuer.test.ts › an issuer › that is %s lets nobody in, and nobody out'
const noLogin = {
  fr: 'Personne n’entre par ce fournisseur ; les sessions ouvertes continuent. Ses clés lues valent 10 minutes.',
  en: 'Nobody signs in by this issuer; open sessions go on. Keys that were read stand for 10 minutes.',
}

const issuer: Dependency = {
  name: { fr: 'Fournisseur d’identité', en: 'Identity issuer' },
  alarm: '`auth.refused` · `huisclos doctor`',
  cells: {
    down: {
      what: { fr: 'absent', en: 'gone' },
      expected: told(401, null),
      follows: noLogin,
      back: byItself,
      test: issuerTest,
    },
    slow: {
      what: { fr: 'répond après 10 s', en: 'answers after 10 s' },
      expected: told(401, null),
      follows: noLogin,
      back: byItself,
      test: issuerTest,
    },
    garbage: {
      what: { fr: 'répond n’importe quoi', en: 'answers nonsense' },
      expected: told(401, null),
      follows: noLogin,
      back: byItself,
      test: issuerTest,
    },
  },
}

const keysTest =
  'test/failures/keys.test.ts › a provider of keys › that is %s holds back what is new, and a start'
const noNewKey = {
  fr: 'Ce qui est ouvert continue, le journal aussi. Ce qui demande une clé neuve attend : dépôt, extrait, document. Un démarrage finit par 1.',
  en: 'What is open goes on, and so does the log. What needs a new key waits: a deposit, an extract, a document. A start ends with 1.',
}

const keys: Dependency = {
  name: { fr: 'Fournisseur de clés', en: 'Key provider' },
  alarm: '`keys.provider` · `huisclos doctor`',
  cells: {
    down: {
      what: { fr: 'scellé, ou répond une erreur', en: 'sealed, or answers an error' },
      expected: told(503, 'UNAVAILABLE'),
      follows: noNewKey,
      back: byItself,
      test: keysTest,
    },
    slow: {
      what: { fr: 'ne répond pas en 3 s', en: 'does not answer within 3 s' },
      expected: told(503, 'UNAVAILABLE'),
      follows: noNewKey,
      back: byItself,
      test: keysTest,
    },
    garbage: {
      what: { fr: 'répond n’importe quoi', en: 'answers nonsense' },
      expected: told(503, 'UNAVAILABLE'),
      follows: noNewKey,
      back: byItself,
      test: keysTest,
    },
  },
}

export const services = { database, disk, witness, issuer, keys } satisfies Readonly<
  Record<string, Dependency>
>
