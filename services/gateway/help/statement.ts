/** What the accessibility statement says that no trial can: its words, and the list that is kept by hand. */
import type { Said } from '../../kernel/text.ts'

/** What no tool can judge, with the criteria of the RGAA 4.1 it falls under. A person has to look; none has for all of them. */
export const byHand: readonly { readonly criteria: string; readonly says: Said }[] = [
  {
    criteria: '1.2, 1.3, 1.6',
    says: {
      fr: 'Chaque image et chaque graphique dit-il la même chose en mots ? Une table de nombres est à côté de chaque graphique.',
      en: 'Does each picture and chart say the same in words? A table of numbers is beside each chart.',
    },
  },
  {
    criteria: '3.1',
    says: {
      fr: 'Rien n’est-il dit par la couleur seule ? Les états ont un signe et un mot ; une case masquée a des hachures et un nom.',
      en: 'Is nothing said by colour alone? States have a sign and a word; a withheld cell is hatched and has a name.',
    },
  },
  {
    criteria: '6.1, 8.6, 9.1, 11.2',
    says: {
      fr: 'Les titres, les liens et les étiquettes disent-ils bien ce qu’ils annoncent ?',
      en: 'Do titles, links and labels say what they announce?',
    },
  },
  {
    criteria: '7.3, 12.8, 12.9',
    says: {
      fr: 'Tout se fait-il au clavier, dans un ordre qui se comprend, sans piège ? Quelques parcours sont essayés au clavier seul ; les autres, non.',
      en: 'Can everything be done by keyboard, in an order that makes sense, without a trap? Some journeys are tried by keyboard alone; the others are not.',
    },
  },
  {
    criteria: '7.1, 7.5',
    says: {
      fr: 'Un lecteur d’écran dit-il ce qui change, au bon moment ? Aucun lecteur d’écran n’a encore été essayé par une personne qui s’en sert.',
      en: 'Does a screen reader say what changes, at the right moment? No screen reader has been tried yet by a person who uses one.',
    },
  },
  {
    criteria: '10.4, 10.11, 10.12',
    says: {
      fr: 'La page reste-t-elle lisible agrandie à 200 %, sur 320 pixels de large, avec des lignes plus espacées ?',
      en: 'Is the page still readable at 200 %, at 320 pixels wide, with wider spacing?',
    },
  },
  {
    criteria: '13.3, 13.4',
    says: {
      fr: 'Les fichiers PDF et Excel que l’on télécharge ne sont pas essayés ; le CSV dit la même chose.',
      en: 'The PDF and Excel files that are downloaded are not tried; CSV says the same.',
    },
  },
  {
    criteria: '—',
    says: {
      fr: 'Les textes sont-ils faciles à comprendre ? Les noms et les descriptions que les détenteurs et les porteurs écrivent sont les leurs.',
      en: 'Are the texts easy to understand? The names and descriptions that holders and leads write are their own.',
    },
  },
]

export const statementWords = {
  title: { fr: 'Accessibilité', en: 'Accessibility' },
  lead: {
    fr: 'Ce que nos essais ont trouvé sur chaque page, ce qu’ils ne peuvent pas juger, et à qui écrire quand une page vous bloque.',
    en: 'What our trials found on each page, what they cannot judge, and whom to write to when a page is in your way.',
  },
  state: { fr: 'État de conformité', en: 'Conformance' },
  stateText: {
    fr: 'Ces pages visent le RGAA 4.1 et les WCAG 2.2 au niveau AA. Personne n’en a encore fait l’audit complet (106 critères) : au sens de l’article 47 de la loi du 11 février 2005, elles sont donc « non conformes » jusqu’à cet audit, que l’organisme qui ouvre ce nœud doit faire faire.',
    en: 'These pages aim at RGAA 4.1, the French rules, and WCAG 2.2 level AA. Nobody has audited them in full yet (106 criteria): in the sense of article 47 of the French law of 11 February 2005 they are therefore "not conforming" until that audit, which the organisation that opens this node has to order.',
  },
  never: {
    fr: 'Les essais automatiques n’ont pas été faits pour cette version.',
    en: 'The automatic trials were not run for this version.',
  },
  rate: {
    fr: '{rate} % des {decided} critères que l’outil sait trancher sont tenus sur toutes les pages essayées.',
    en: '{rate} % of the {decided} criteria that the tool can decide are met on all pages that were tried.',
  },
  tried: {
    fr: 'Essais du {day} : {visits} visites de {pages} pages, en français et en anglais, en clair et en sombre, par axe-core {axe} dans Chromium.',
    en: 'Trials of {day}: {visits} visits of {pages} pages, in French and English, light and dark, by axe-core {axe} in Chromium.',
  },
  faults: { fr: 'Non-conformités trouvées', en: 'Faults that were found' },
  noFaults: { fr: 'Aucune par les essais automatiques.', en: 'None by the automatic trials.' },
  absent: {
    fr: 'Pages prévues que cette version n’a pas, et qui n’ont donc pas été essayées :',
    en: 'Pages that are planned and that this version does not have, so were not tried:',
  },
  byHand: { fr: 'Ce qu’aucun outil ne juge', en: 'What no tool can judge' },
  criteriaTitle: { fr: 'Critère par critère', en: 'Criterion by criterion' },
  criteriaCaption: {
    fr: 'Critères du RGAA dont parle une règle de l’outil, et sur combien de visites',
    en: 'Criteria of the RGAA that a rule of the tool speaks of, and on how many visits',
  },
  criterion: { fr: 'Critère', en: 'Criterion' },
  met: { fr: 'tenu', en: 'met' },
  broken: { fr: 'rompu', en: 'broken' },
  undecided: { fr: 'à juger', en: 'for a person' },
  pagesTitle: { fr: 'Page par page', en: 'Page by page' },
  pagesCaption: {
    fr: 'Pages essayées, chacune en deux langues et deux thèmes',
    en: 'Pages that were tried, each in two languages and two themes',
  },
  page: { fr: 'Page', en: 'Page' },
  visits: { fr: 'Visites', en: 'Visits' },
  rulesMet: { fr: 'Règles tenues, au moins', en: 'Rules met, at least' },
  rulesBroken: { fr: 'Règles rompues', en: 'Rules broken' },
  contact: { fr: 'Une page vous bloque ?', en: 'Is a page in your way?' },
  contactText: {
    fr: 'Écrivez à l’organisme qui a ouvert ce nœud, ou à la personne qui vous a donné un compte : dites l’adresse de la page et ce qui ne va pas. Une réponse vous est due, avec le contenu sous une forme que vous pouvez lire. L’API et la ligne de commande font tout ce que font les pages.',
    en: 'Write to the organisation that opened this node, or to whoever gave you an account: say the address of the page and what is wrong. You are owed an answer, with the content in a form that you can read. The API and the command line do all that the pages do.',
  },
  remedies: { fr: 'Voies de recours', en: 'Remedies' },
  remediesText: {
    fr: 'Sans réponse satisfaisante, vous pouvez saisir le Défenseur des droits : par le formulaire de formulaire.defenseurdesdroits.fr, auprès de son délégué dans votre région, ou par courrier gratuit, sans timbre : Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07.',
    en: 'Without a satisfactory answer you may turn to the Défenseur des droits, the French ombudsman: by the form at formulaire.defenseurdesdroits.fr, through its delegate in your region, or by post, free of charge: Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07.',
  },
} as const satisfies Record<string, Said>
