/** The text of docs/habilitation-matrix.md, read off the powers of the roles (policies/vocabulary/roles.json). */
import {
  type Capacity,
  capacities,
  commandNames,
  may,
  type PersonRule,
  type Powers,
  personRules,
  type State,
  states,
} from '../services/habilitation/matrix.ts'

type Command = (typeof commandNames)[number]

/** What each command does, in the words of the people who give it. */
const commands: Readonly<Record<Command, string>> = {
  change: 'changer la demande',
  submission: 'déposer',
  completeness: 'déclarer complète, ou rendre avec des points',
  completion: 'déposer de nouveau, complétée',
  opinions: 'donner un avis',
  'external-references': 'inscrire un avis ou une autorisation du dehors',
  questions: 'poser des questions',
  answers: 'répondre aux questions',
  comments: 'commenter un champ',
  'grant-validation': 'valider l’habilitation d’une personne',
  'grant-issue': 'délivrer l’habilitation d’une personne',
  'grant-end': 'mettre fin à l’habilitation d’une personne',
  'grant-review': 'confirmer l’accès d’une personne',
  'review-campaign': 'ouvrir une campagne de revue',
  'access-review': 'conclure la revue des accès en fin de projet',
  results: 'remettre des résultats ou une publication',
  lapse: 'inscrire une revue restée sans réponse',
  interests: 'déclarer ses intérêts',
  attachment: 'joindre un document',
  detachment: 'ôter un document',
  extension: 'prolonger l’instruction',
  countersignatures: 'contresigner ou décliner une ligne',
  decision: 'proposer d’accorder ou de refuser',
  confirmation: 'confirmer la proposition',
  acceptance: 'accepter : l’autorisation est signée',
  renunciation: 'renoncer',
  withdrawal: 'retirer la demande',
  appeal: 'contester le refus',
  'appeal-decision': 'décider du recours',
  suspension: 'suspendre le tout, une ligne ou une personne',
  lift: 'lever la suspension',
  recall: 'retirer sa ligne pour toujours',
  revocation: 'annoncer, puis prononcer la révocation',
  dismissal: 'classer la révocation annoncée',
  'revocation-appeal': 'contester la révocation',
  amendment: 'demander un avenant',
  renewal: 'demander la prolongation',
  closure: 'clore : l’extrait et ses clés sont détruits',
  shredding: 'inscrire le certificat de destruction',
  attestation: 'attester la destruction',
  escalation: 'passer à la voie des données de santé',
  expiry: 'inscrire ce que le temps a déjà fini',
}

const statesInFrench: Readonly<Record<State, string>> = {
  draft: 'brouillon',
  received: 'reçue',
  awaiting_completion: 'à compléter',
  under_assessment: 'en instruction',
  pre_permit: 'accordée, à accepter',
  refused: 'refusée',
  under_appeal: 'en recours',
  withdrawn: 'retirée',
  lapsed: 'caduque',
  issued: 'signée, avant son premier jour',
  active: 'en vigueur',
  suspended: 'suspendue',
  revocation_noticed: 'révocation annoncée : l’accès est arrêté',
  expired: 'échue',
  revoked: 'révoquée',
  renounced: 'abandonnée',
  closing: 'en clôture',
  closed: 'close',
}

const capacitiesInFrench: Readonly<Record<Capacity, string>> = {
  lead: 'Porteur du projet',
  secretariat: 'Secrétariat',
  dpo: 'DPO',
  ethics: 'Comité d’éthique',
  authority: 'Autorité',
  holder: 'Détenteur d’une ligne',
  operator: 'Exploitant',
  manager: 'Supérieur hiérarchique d’une personne',
  registrar: 'Bureau des habilitations',
  system: 'Le temps et la maison, sans personne',
}

const rules: Readonly<Record<PersonRule, string>> = {
  T1: 'ni le demandeur, ni un membre du projet, ni une personne de l’organisme porteur',
  T2: 'ni qui a fait le pas d’avant (proposition, annonce) ; ni, pour décider et confirmer, qui a déclaré la demande complète',
  T3: 'ni la personne elle-même ; et qui délivre n’est pas qui a validé',
  T4: 'ni le demandeur, ni un membre du projet ; un commentaire, quand il est donné comme détenteur',
  T7: 'deux personnes : la DPO et l’autorité ; suspendre n’en demande qu’une',
  T9: 'une autre personne que celle qui a détruit',
  T10: 'aucune des personnes qui ont pris part à la décision contestée',
}

type StatesOf = (capacity: Capacity, command: Command) => readonly State[]

function tableOfCommands(statesOf: StatesOf): readonly string[] {
  const rows = commandNames.map((command) => {
    const cells = capacities.map((capacity) => statesOf(capacity, command).join(' ') || '·')
    return `| \`${command}\` | ${cells.join(' | ')} |`
  })
  return [
    `| command | ${capacities.join(' | ')} |`,
    `|---|${capacities.map(() => '---').join('|')}|`,
    ...rows,
  ]
}

/** What one role may do, in French: the same cells, read down. */
function listOf(capacity: Capacity, statesOf: StatesOf): readonly string[] {
  const lines = commandNames.flatMap((command) => {
    const when = statesOf(capacity, command).map((state) => statesInFrench[state])
    return when.length === 0 ? [] : [`- ${commands[command]} (\`${command}\`) : ${when.join(' · ')}`]
  })
  return [`### ${capacitiesInFrench[capacity]} (\`${capacity}\`)`, '', ...lines, '']
}

function listOfRules(): readonly string[] {
  return (Object.keys(rules) as PersonRule[]).map((rule) => {
    const about = personRules[rule].map((command) => `\`${command}\``)
    return `- **${rule}** ${about.join(' ')} : ${rules[rule]}.`
  })
}

/** The whole page, of the powers that these rules give. */
export function matrixPage(roles: readonly Powers[]): string {
  const statesOf: StatesOf = (capacity, command) =>
    states.filter((state) => may(roles, { held: [capacity], state, command }))
  const page = [
    '# Qui peut quoi, et quand / Who may do what, when',
    '',
    'Écrit par `npm run generate` d’après policies/vocabulary/roles.json ; une page changée à la main ne passe pas les tests. Chaque',
    'commande est essayée par chaque rôle dans chaque état : la machine répond ce que dit la page.',
    '',
    'Generated from policies/vocabulary/roles.json by `npm run generate`; do not edit. A cell lists the states in which the role may give',
    'the command; a dot means never. Opening a draft (`opening`) needs the account role `lead`. What is let through here still meets the',
    'rules of persons below, and the guards of the command: nothing missing, every line answered.',
    '',
    '## Commandes / Commands',
    '',
    ...tableOfCommands(statesOf),
    '',
    '## Règles de personnes / Rules of persons',
    '',
    'Par personne, jamais par rôle : qui a deux rôles n’est toujours qu’une personne. *By person, never by role.* La commande que la règle',
    'arrête répond CONFLICT_OF_INTEREST.',
    '',
    ...listOfRules(),
    '',
    '## Par rôle',
    '',
    'Ouvrir un brouillon : toute personne dont le compte a le rôle `lead`.',
    '',
    ...capacities.flatMap((capacity) => listOf(capacity, statesOf)),
    '## États / States',
    '',
    ...states.map((state) => `- \`${state}\` : ${statesInFrench[state]}`),
  ]
  return `${page.join('\n')}\n`
}
