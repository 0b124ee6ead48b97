/**
 * The 23 security measures of MR-007 (title III), each with what this software does for it, the tests that hold that, and the entries
 * of the log that show it at work. A test holds every name here to a test that exists. What only people can do is said so, and
 * what is not built yet too: nothing here claims conformity.
 */
import type { EntryType } from '../../audit/entry.ts'
import type { Language } from '../../kernel/text.ts'

/** Held by the software, in part, not built yet, or the work of an organisation. */
type Holding = 'held' | 'partial' | 'open' | 'organisational'

export interface Measure {
  readonly id: string
  readonly holding: Holding
  readonly rule: Readonly<Record<Language, string>>
  readonly does: Readonly<Record<Language, string>>
  /** `file › title`, as the file has it. */
  readonly tests: readonly string[]
  readonly entries: readonly EntryType[]
}

type Text = readonly [fr: string, en: string]
type Given = Pick<Measure, 'id' | 'holding'> & {
  readonly rule: Text
  readonly does: Text
  readonly tests?: readonly string[]
  readonly entries?: readonly EntryType[]
}

const cases = (title: string) => `policies/cases/query.json › ${title}`

const given: readonly Given[] = [
  {
    id: 'SEC-REP-1',
    holding: 'organisational',
    rule: [
      'Convention : qui sensibilise, veille, alerte, publie',
      'Agreement on who trains, watches, alerts, releases',
    ],
    does: [
      'Le dossier porte la référence de la convention ; certaines procédures la demandent.',
      'The request carries the reference of the agreement; some routes require it.',
    ],
    tests: ['test/policies.test.ts › holds each of its cases, by the code that decides'],
    entries: ['habilitation.requested'],
  },
  {
    id: 'SEC-HAB-1',
    holding: 'held',
    rule: ['Profils distincts, besoin d’en connaître', 'Distinct profiles, need to know'],
    does: [
      'Chaque appel est réservé à ses rôles ; les droits sur un projet viennent de l’autorisation signée seule.',
      'Every call is for its roles; rights on a project come from the signed permit alone.',
    ],
    tests: [
      'test/authorisation/matrix.test.ts › %s answers as it declares',
      'test/habilitation/matrix.test.ts › whoever never may is told ROLE in every state, whatever the command would have found',
      cases('la personne nommée'),
    ],
    entries: ['habilitation.granted', 'access.refused'],
  },
  {
    id: 'SEC-HAB-2',
    holding: 'held',
    rule: [
      'Habilitation individuelle validée par le responsable',
      'Individual habilitation validated by the manager',
    ],
    does: [
      'L’accès d’une personne est validé par son supérieur, puis délivré par le bureau des habilitations : deux autres personnes qu’elle.',
      'The access of a person is validated by her line manager, then issued by the registration office: two persons other than herself.',
    ],
    tests: [
      'test/habilitation/grants.test.ts › goes from the invitation to the access by two persons, and not before',
      'test/habilitation/grants.test.ts › is issued by another person than who validated, and than its own (T3)',
    ],
    entries: ['habilitation.validated', 'habilitation.issued'],
  },
  {
    id: 'SEC-HAB-3',
    holding: 'held',
    rule: ['Revue annuelle et en fin d’étude', 'Review yearly and at the end of a study'],
    does: [
      'Porteur et supérieur confirment chaque personne chaque année et lors des campagnes ; sans leur mot, elle n’interroge plus. La dernière période est revue en fin de projet.',
      'Lead and line manager confirm each person yearly and in campaigns; without their word she queries no more. The last period is reviewed at the end of a project.',
    ],
    tests: [
      cases('la revue annuelle manque'),
      'test/habilitation/grants.test.ts › lapses on day 366 without anybody writing it down, and then it is written once',
      'test/habilitation/grants.test.ts › of the last period is asked once the access is over, and recorded once',
    ],
    entries: ['habilitation.review_asked', 'habilitation.reviewed', 'habilitation.lapsed'],
  },
  {
    id: 'SEC-HAB-4',
    holding: 'held',
    rule: ['Droits retirés sans délai', 'Rights removed at once'],
    does: [
      'Un arrêt refuse la question suivante et coupe celle qui court.',
      'A stop refuses the next question and cuts the one that runs.',
    ],
    tests: [
      'test/query/running.test.ts › is stopped at once with the code of the stop, whatever the engine does',
      'test/contract/contract.test.ts › suspension and revocation stop the next query with their code',
    ],
    entries: ['habilitation.suspended', 'habilitation.noticed', 'habilitation.revoked', 'query.abort'],
  },
  {
    id: 'SEC-IDE-1',
    holding: 'partial',
    rule: ['Identification de palier 2', 'Identification of tier 2'],
    does: [
      'Une personne est le couple émetteur et sujet, jamais un nom ; le palier de l’émetteur est l’affaire de l’organisation.',
      'A person is the pair issuer and subject, never a name; the tier of the issuer is for the organisation.',
    ],
    tests: [
      cases("le même sujet d'un autre émetteur est une autre personne"),
      'test/identity/token.test.ts › is refused with %s',
    ],
    entries: ['auth.refused'],
  },
  {
    id: 'SEC-IDE-2',
    holding: 'held',
    rule: ['Deux facteurs au moins', 'At least two factors'],
    does: [
      'Une session d’un seul facteur ne donne accès à aucune donnée.',
      'A session of one factor reaches no data.',
    ],
    tests: [cases('un seul facteur')],
    entries: ['query.refused'],
  },
  {
    id: 'SEC-ESP-1',
    holding: 'held',
    rule: ['Espace projet étanche', 'Project space sealed'],
    does: [
      'Un projet ne lit que ses propres extraits, dans un processus isolé par le système ; la production ne démarre pas sans.',
      'A project reads its own extracts only, in a process that the system isolates; production does not start without.',
    ],
    tests: [
      'test/dataset/bulles.test.ts › shares no pseudonym and no order with another project',
      'test/engine/vault.test.ts › cannot read another file, the allow-list apart',
      'test/engine/sandbox.test.ts › shows a process its own files alone, and writes where it may alone',
    ],
    entries: ['bulle.sealed', 'bulle.closed'],
  },
  {
    id: 'SEC-ESP-2',
    holding: 'held',
    rule: [
      'Import minimisé, pseudonyme propre à chaque espace, résistant à la force brute',
      'Minimised import, a pseudonym of its own per space, resistant to brute force',
    ],
    does: [
      'L’extrait ne contient que les colonnes et les personnes accordées ; HMAC-SHA-256 sous une clé par projet.',
      'The extract holds the columns and persons that were granted only; HMAC-SHA-256 under a key per project.',
    ],
    tests: [
      'test/dataset/bulles.test.ts › holds granted columns only, and says of each what the descriptor says',
      'test/dataset/pseudonym.test.ts › name an integer and its text alike, and differ by key, domain, kind and space',
    ],
    entries: ['bulle.sealed', 'key.created', 'bulle.shredded'],
  },
  {
    id: 'SEC-TRA-1',
    holding: 'open',
    rule: ['Chiffrement en transit et au repos', 'Encryption in transit and at rest'],
    does: [
      'Pas encore : le nœud écoute sur la boucle locale, sans TLS, et les extraits ne sont pas chiffrés sur le disque.',
      'Not yet: the node listens on loopback, without TLS, and extracts are not encrypted on disk.',
    ],
  },
  {
    id: 'SEC-EXP-1',
    holding: 'partial',
    rule: [
      'Trois critères d’anonymat documentés par export',
      'Three criteria of anonymity documented per release',
    ],
    does: [
      'Chaque fichier qui passe le sas porte les trois verdicts de deux relecteurs ; les réponses, statistiques par groupes, portent leurs règles, non les trois critères.',
      'Each file that passes the airlock carries the three verdicts of two checkers; answers, statistics by groups, carry their rules, not the three criteria.',
    ],
    tests: [
      'test/airlock/walk.test.ts › without all three verdicts, and with a risk that it approves',
      'test/adversary/answered.test.ts › has no value of hers in an answer: %s: %s',
    ],
    entries: ['airlock.reviewed', 'airlock.released', 'query.release'],
  },
  {
    id: 'SEC-EXP-2',
    holding: 'partial',
    rule: ['Validation préalable par un responsable', 'Prior validation by a responsible person'],
    does: [
      'Deux relecteurs hors du projet valident chaque fichier qui passe le sas ; les réponses partent par règle.',
      'Two checkers from outside the project approve each file that passes the airlock; answers leave by rule.',
    ],
    tests: [
      'test/airlock/walk.test.ts › is blind: a vote is seen by nobody before her own, and by the asker once the round is over',
    ],
    entries: ['airlock.reviewed', 'airlock.released', 'airlock.refused'],
  },
  {
    id: 'SEC-EXP-3',
    holding: 'partial',
    rule: [
      'Surveillance des exports, quarantaine levée par une personne',
      'Monitoring of releases, quarantine left by a human',
    ],
    does: [
      'La revue mensuelle signale les volumes et les questions voisines ; un fichier refusé au sas n’est plus ouvert à personne ; les réponses ne connaissent pas de quarantaine.',
      'The monthly review tells volumes and near questions; a file that the airlock refused opens to nobody; answers know no quarantine.',
    ],
    tests: [
      'test/review/month.test.ts › reads what the log says of queries: near-identical ones, rows, stops, rules and deposits',
    ],
    entries: ['anomaly.raised', 'anomaly.closed'],
  },
  {
    id: 'SEC-SEN-1',
    holding: 'held',
    rule: ['Formation', 'Training'],
    does: ['Une formation échue refuse la question.', 'A training that lapsed refuses the question.'],
    tests: [cases('la formation est échue')],
    entries: ['query.refused'],
  },
  {
    id: 'SEC-SEN-2',
    holding: 'held',
    rule: ['Charte signée', 'Signed charter'],
    does: ['Une charte qui manque refuse la question.', 'A missing charter refuses the question.'],
    tests: [cases('la charte manque')],
    entries: ['query.refused'],
  },
  {
    id: 'SEC-SEN-3',
    holding: 'organisational',
    rule: ['Poste de travail', 'Workstation'],
    does: ['Hors du logiciel.', 'Outside the software.'],
  },
  {
    id: 'SEC-JOU-1',
    holding: 'held',
    rule: [
      'Connexions, requêtes et opérations tracées et imputables',
      'Connections, queries and operations logged and imputable',
    ],
    does: [
      'Une écriture durable précède chaque réponse ; le journal est en ajout seul, signé, vérifiable hors ligne.',
      'A durable entry comes before every answer; the log is append-only, signed, and verified offline.',
    ],
    tests: [
      'test/authorisation/matrix.test.ts › %s is 401',
      'test/gateway/route.test.ts › a read, with its person, its route and what it is about',
      'test/audit/tamper.test.ts › a change of one byte anywhere in a log is found and placed',
    ],
    entries: [
      'query.intent',
      'query.release',
      'query.refused',
      'access.read',
      'access.refused',
      'log.sealed',
    ],
  },
  {
    id: 'SEC-JOU-2',
    holding: 'partial',
    rule: ['Revue mensuelle, et à la fin de chaque période', 'Monthly review, and at the end of each period'],
    does: [
      'Les constats du mois se lisent et se closent un à un ; un mois jamais ouvert n’alerte pas encore.',
      'The findings of a month are read and closed one by one; a month that nobody opened raises no alarm yet.',
    ],
    tests: [
      'test/review/month.test.ts › is an entry with the conclusion, the reason sealed, before the state changes',
    ],
    entries: ['audit.read', 'anomaly.raised', 'anomaly.closed'],
  },
  {
    id: 'SEC-JOU-3',
    holding: 'held',
    rule: [
      'Traces gardées 6 à 12 mois, 3 ans au plus avec motif',
      'Traces kept 6 to 12 months, 3 years at most with a reason',
    ],
    does: [
      'Une année du journal est détruite avec ses clés au terme ; garder plus longtemps demande un motif, écrit.',
      'A year of the log goes with its keys at its term; keeping it longer takes a reason, on record.',
    ],
    tests: [
      'test/audit/retention.test.ts › stays until its last day is twelve months old, then goes with its keys and is accounted for',
      'test/audit/retention.test.ts › is kept for longer with a reason only, which is kept with the entry',
    ],
    entries: ['retention.pruned'],
  },
  {
    id: 'SEC-INC-1',
    holding: 'organisational',
    rule: ['Procédure d’incident', 'Incident procedure'],
    does: ['Hors du logiciel.', 'Outside the software.'],
  },
  {
    id: 'SEC-INC-2',
    holding: 'held',
    rule: ['Registre des violations', 'Register of violations'],
    does: [
      'Chaque incident est tenu avec ses faits et ne se clôt pas sans eux ; le registre s’exporte signé.',
      'Each incident is kept with its facts and is not closed without them; the register is exported under a signature.',
    ],
    tests: [
      'test/review/incidents.test.ts › is closed only with its facts, an answer to each clock and the decision about the persons',
      'test/review/incidents.test.ts › is told in the signed register of violations',
    ],
    entries: ['incident.opened', 'incident.closed'],
  },
  {
    id: 'SEC-INC-3',
    holding: 'partial',
    rule: ['Notification à la CNIL', 'Notice to the CNIL'],
    does: [
      'L’échéance de 72 heures court dès la détection et se voit quand elle passe ; l’envoi est l’affaire de l’organisation.',
      'The clock of 72 hours runs from the detection and shows when it has run out; sending is for the organisation.',
    ],
    tests: ['test/review/incidents.test.ts › has each clock that ran out written down once, and no other'],
    entries: ['incident.notified', 'incident.overdue'],
  },
  {
    id: 'SEC-INC-4',
    holding: 'partial',
    rule: ['Information des personnes', 'Notice to the persons'],
    does: [
      'La décision et sa raison sont gardées et scellées au journal ; écrire aux personnes est l’affaire de l’organisation.',
      'The decision and its reason are kept and sealed in the log; writing to the persons is for the organisation.',
    ],
    tests: [
      'test/review/incidents.test.ts › keeps the decision about the persons and its reason, sealed in the log',
    ],
    entries: ['incident.persons'],
  },
]

export const measures: readonly Measure[] = given.map(({ rule, does, tests = [], entries = [], ...one }) => ({
  ...one,
  rule: { fr: rule[0], en: rule[1] },
  does: { fr: does[0], en: does[1] },
  tests,
  entries,
}))
