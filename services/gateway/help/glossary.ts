/** The words of the house for those who read its pages. The same ideas as docs/glossary.md, in sentences. */
import type { Said } from '../../kernel/text.ts'

export interface Term {
  /** Its place in the page: `/help#<id>`. */
  readonly id: string
  readonly name: Said
  readonly meaning: Said
}

/** Legal words stay French in English, with a gloss. In the order in which one meets them. */
export const glossary: readonly Term[] = [
  {
    id: 'habilitation',
    name: { fr: 'Habilitation', en: 'Habilitation (authorisation)' },
    meaning: {
      fr: 'Le droit d’interroger des données, de la demande à la fin : qui, quelles colonnes, pour quelle finalité, jusqu’à quand.',
      en: 'The right to ask questions of data, from the request to its end: who, which columns, for which purpose, until when.',
    },
  },
  {
    id: 'demande',
    name: { fr: 'Demande', en: 'Request' },
    meaning: {
      fr: 'Ce que le porteur d’un projet dépose pour obtenir une habilitation. Elle est publique dès son dépôt.',
      en: 'What the lead of a project submits to get an habilitation. It is public from the moment it is submitted.',
    },
  },
  {
    id: 'autorisation',
    name: { fr: 'Autorisation signée', en: 'Permit' },
    meaning: {
      fr: 'Le document signé qui sort d’une demande accordée. C’est lui que huisclos applique à chaque question, à la lettre.',
      en: 'The signed document that comes of a request that was granted. It is what huisclos applies to each question, to the letter.',
    },
  },
  {
    id: 'finalite',
    name: { fr: 'Finalité', en: 'Finalité (purpose)' },
    meaning: {
      fr: 'Ce à quoi les données vont servir, choisi dans la liste fermée de la loi. Chaque question en porte une ; une autre finalité est refusée.',
      en: 'What the data will be used for, chosen from the closed list of the law. Each question has one; another purpose is refused.',
    },
  },
  {
    id: 'objectif',
    name: { fr: 'Objectif', en: 'Objective' },
    meaning: {
      fr: 'Un but numéroté du protocole du projet, plus précis que la finalité.',
      en: 'A numbered aim of the protocol of the project, narrower than the purpose.',
    },
  },
  {
    id: 'projet',
    name: { fr: 'Projet', en: 'Project' },
    meaning: {
      fr: 'Ce qui naît d’une autorisation acceptée : des personnes, des tables, une finalité et des dates.',
      en: 'What comes of a permit that was accepted: persons, tables, a purpose and dates.',
    },
  },
  {
    id: 'ligne',
    name: { fr: 'Ligne', en: 'Line' },
    meaning: {
      fr: 'Un jeu de données dans une autorisation. Son détenteur peut l’arrêter seul, à tout moment.',
      en: 'One dataset in a permit. Its holder may stop it alone, at any time.',
    },
  },
  {
    id: 'contreseing',
    name: { fr: 'Contreseing', en: 'Countersignature' },
    meaning: {
      fr: 'L’accord signé du détenteur des données pour sa ligne. Sans lui, la ligne ne s’ouvre pas.',
      en: 'The signed consent of the data holder to its line. Without it the line does not open.',
    },
  },
  {
    id: 'bulle',
    name: { fr: 'Bulle', en: 'Bulle (sealed extract)' },
    meaning: {
      fr: 'L’extrait d’un seul projet : les colonnes, les lignes et les personnes accordées, rien d’autre. Personne ne le voit ; on lui pose des questions. Il est détruit à la fin.',
      en: 'The extract of one project: the columns, rows and persons that were granted, and nothing else. Nobody sees it; questions are asked of it. It is destroyed at the end.',
    },
  },
  {
    id: 'jeu-de-donnees',
    name: { fr: 'Jeu de données', en: 'Dataset' },
    meaning: {
      fr: 'Ce qu’un hôpital ou un registre dépose, en versions qui ne changent plus.',
      en: 'What a hospital or a registry deposits, in versions that never change.',
    },
  },
  {
    id: 'detenteur',
    name: { fr: 'Détenteur', en: 'Data holder' },
    meaning: {
      fr: 'L’organisme qui a recueilli les données et les dépose. C’est à lui qu’on s’adresse pour ses droits.',
      en: 'The organisation that collected the data and deposits them. It is whom one writes to about one’s rights.',
    },
  },
  {
    id: 'pseudonyme',
    name: { fr: 'Pseudonyme', en: 'Pseudonym' },
    meaning: {
      fr: 'Le code qui remplace le nom d’une personne dans les données. Il est refait pour chaque projet et ne sort jamais dans une réponse.',
      en: 'The code that stands for the name of a person in the data. It is made anew for each project and never leaves in an answer.',
    },
  },
  {
    id: 'seuil-k',
    name: { fr: 'Seuil k', en: 'Threshold k' },
    meaning: {
      fr: 'Le nombre de personnes différentes sous lequel un résultat ne sort pas : 11 au moins.',
      en: 'The number of distinct persons below which a result does not leave: 11 at least.',
    },
  },
  {
    id: 'case-masquee',
    name: { fr: 'Case masquée', en: 'Withheld cell' },
    meaning: {
      fr: 'Une case du résultat qui porte sur trop peu de personnes, ou qui permettrait d’en calculer une telle. Elle dit « < 11 » : ni le nombre, ni zéro, ni un blanc.',
      en: 'A cell of the result that is about too few persons, or from which such a cell could be worked out. It says "< 11": neither the number, nor zero, nor a blank.',
    },
  },
  {
    id: 'secret-statistique',
    name: { fr: 'Contrôle de divulgation', en: 'Disclosure control' },
    meaning: {
      fr: 'L’examen de chaque résultat avant sa sortie : seuil k, poids d’une seule personne, réponses déjà données.',
      en: 'The examination of each result before it leaves: threshold k, weight of one person, answers that were given before.',
    },
  },
  {
    id: 'refus',
    name: { fr: 'Refus', en: 'Refusal' },
    meaning: {
      fr: 'Une réponse qui dit non, avec un code, une phrase, la raison et ce que vous pouvez faire. Il dépend du texte de la question et des règles, jamais des données.',
      en: 'An answer that says no, with a code, a sentence, the reason and what you can do. It depends on the text of the question and on the rules, never on the data.',
    },
  },
  {
    id: 'sas',
    name: { fr: 'Sas de sortie', en: 'Airlock' },
    meaning: {
      fr: 'Le passage par lequel deux personnes relisent ce que le contrôle automatique retient et que le projet veut sortir.',
      en: 'The passage where two persons review what the automatic control withholds and the project wants to take out.',
    },
  },
  {
    id: 'journal',
    name: { fr: 'Journal de preuves', en: 'Evidence log' },
    meaning: {
      fr: 'La liste de tout ce qui s’est fait, écrite avant que rien ne s’exécute ni ne sorte. Elle ne peut pas être changée sans que cela se voie.',
      en: 'The list of all that was done, written before anything runs or leaves. It cannot be changed without it being seen.',
    },
  },
  {
    id: 'recepisse',
    name: { fr: 'Récépissé', en: 'Receipt' },
    meaning: {
      fr: 'Le numéro et l’empreinte d’une entrée du journal, donnés avec chaque réponse et chaque refus.',
      en: 'The number and the hash of an entry of the log, given with every answer and every refusal.',
    },
  },
  {
    id: 'temoin',
    name: { fr: 'Témoin', en: 'Witness' },
    meaning: {
      fr: 'Quelqu’un du dehors qui contresigne l’état du journal, et saurait donc qu’on l’a récrit.',
      en: 'Somebody outside who cosigns the state of the log, and would know that it was written anew.',
    },
  },
  {
    id: 'opposition',
    name: { fr: 'Opposition', en: 'Objection (opt-out)' },
    meaning: {
      fr: 'Le choix d’une personne que ses données ne servent pas. Elle n’a pas à dire pourquoi et peut revenir dessus.',
      en: 'The choice of a person that her data shall not be used. She need not say why, and may take it back.',
    },
  },
  {
    id: 'jumeau',
    name: { fr: 'Jumeau synthétique', en: 'Synthetic twin' },
    meaning: {
      fr: 'Des lignes inventées de même forme qu’un jeu de données, pour préparer ses questions. Aucune personne n’y est.',
      en: 'Invented rows of the form of a dataset, to prepare one’s questions. No person is in them.',
    },
  },
  {
    id: 'tranche',
    name: { fr: 'Tranche', en: 'Band' },
    meaning: {
      fr: 'Un nombre tel que le public le lit : 1-10, 11-100, 101-1000… jamais le nombre exact.',
      en: 'A number as the public reads it: 1-10, 11-100, 101-1000… never the exact number.',
    },
  },
  {
    id: 'jeton',
    name: { fr: 'Jeton d’accès personnel', en: 'Personal access token' },
    meaning: {
      fr: 'Ce qui ouvre un seul projet, pour une seule finalité et quelques heures, à un outil comme R ou Python.',
      en: 'What opens one project, for one purpose and a few hours, to a tool such as R or Python.',
    },
  },
  {
    id: 'porteur',
    name: { fr: 'Porteur de projet', en: 'Project lead' },
    meaning: {
      fr: 'Qui demande l’habilitation, répond aux questions et accepte l’autorisation.',
      en: 'Who asks for the habilitation, answers questions and accepts the permit.',
    },
  },
  {
    id: 'dpo',
    name: { fr: 'Délégué à la protection des données (DPO)', en: 'Data protection officer (DPO)' },
    meaning: {
      fr: 'La personne qui donne son avis sur les demandes, lit le journal et peut suspendre.',
      en: 'The person who gives an opinion on requests, reads the log and may suspend.',
    },
  },
]
