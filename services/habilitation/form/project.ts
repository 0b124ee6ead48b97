/** Step 1, the project: who asks, on whose behalf, for what. */
import { z } from 'zod'
import { code, everybody, field, instruction, long, name, short } from './field.ts'

const person = z.strictObject({ name: short, email: short.optional(), affiliation: short.optional() })
const nameOf = (value: unknown) => ({ name: Object(value).name })

const identity = {
  title: field(short, {
    ...{ step: 'project', light: true, required: true, seenBy: everybody, public: 'yes' },
    label: ['Titre du projet', 'Title of the project'],
    help: ['Une phrase de 200 signes au plus.', 'One sentence of at most 200 characters.'],
  }),
  acronym: field(short, {
    ...{ step: 'project', light: true, seenBy: everybody, public: 'yes' },
    label: ['Acronyme', 'Acronym'],
    help: ['Le nom court du projet, s’il en a un.', 'The short name of the project, if any.'],
  }),
  leadName: field(short, {
    ...{ step: 'project', light: true, seenBy: everybody, public: 'yes' },
    label: ['Porteur du projet', 'Project lead'],
    help: [
      'L’organisme ou la personne qui porte le projet ; ce nom est publié.',
      'The organisation or person that leads the project; this name is published.',
    ],
  }),
  leadCountry: field(code, {
    ...{ step: 'project', light: true, seenBy: everybody, public: 'yes' },
    label: ['Pays du porteur', 'Country of the lead'],
    help: ['Deux lettres (ISO 3166), par exemple FR.', 'Two letters (ISO 3166), such as FR.'],
  }),
  summaryLay: field(long, {
    ...{ step: 'project', light: true, seenBy: everybody, public: 'yes' },
    when: ['Sauf motif de ne pas publier de résumé.', 'Unless there is a reason for publishing none.'],
    label: ['Résumé pour le public', 'Summary for the public'],
    help: [
      'De 300 à 3 000 signes, sans jargon : il est publié dès le dépôt.',
      '300 to 3,000 characters without jargon: it is published at submission.',
    ],
  }),
  summaryWithheldReason: field(long, {
    ...{ step: 'project', light: true, seenBy: instruction, public: 'no' },
    when: ['En l’absence de résumé.', 'Where there is no summary.'],
    label: ['Motif de ne pas publier de résumé', 'Reason for publishing no summary'],
    help: ['Par exemple un secret protégé par la loi.', 'Such as a secret protected by law.'],
  }),
  kind: field(z.enum(['PERSONAL_HEALTH', 'SECTOR_USEFUL']), {
    ...{ step: 'project', light: true, required: true, seenBy: everybody, public: 'yes' },
    label: ['Sorte de projet', 'Kind of project'],
    help: [
      'Données de santé de personnes, ou données utiles au secteur. Une seule donnée de personne fait passer à la première.',
      'Health data of persons, or data useful to the sector. A single item about a person moves it to the first.',
    ],
  }),
  route: field(code, {
    ...{ step: 'project', light: true, required: true, seenBy: everybody, public: 'yes' },
    codes: ['routes'],
    label: ['Voie d’accès', 'Route'],
    help: [
      'La procédure dont relève le projet ; elle dit quelles pièces sont demandées.',
      'The procedure that the project follows; it says which documents are asked for.',
    ],
  }),
  routeReference: field(short, {
    ...{ step: 'project', seenBy: instruction, public: 'decided', copied: false },
    label: ['Numéro de déclaration', 'Declaration number'],
    help: ['Le numéro que cette voie donne au projet.', 'The number that this route gives the project.'],
  }),
  studyKind: field(z.enum(['RNIPH', 'RIPH', 'OTHER']), {
    ...{ step: 'project', light: true, seenBy: everybody, public: 'yes' },
    label: ['Sorte d’étude', 'Kind of study'],
    help: [
      'Recherche sans ou avec la personne humaine, ou autre usage.',
      'Research without or with the human person, or another use.',
    ],
  }),
} as const

const parties = {
  organisationKind: field(code, {
    ...{ step: 'project', seenBy: everybody, public: 'yes' },
    codes: ['organisations'],
    when: ['Sur les voies ouvertes à certains organismes.', 'On routes open to some organisations only.'],
    label: ['Sorte d’organisme', 'Kind of organisation'],
    help: [
      'Celle de l’organisme qui demande ; certaines ont une preuve de plus à apporter.',
      'That of the organisation that asks; some have one more proof to give.',
    ],
  }),
  beneficiary: field(z.strictObject({ name: short, organisationKind: code, organisation: name.optional() }), {
    ...{ step: 'project', seenBy: everybody, public: 'yes' },
    codes: ['organisations'],
    when: [
      'Lorsqu’un laboratoire ou un bureau d’études demande.',
      'Where a laboratory or a consultancy asks.',
    ],
    label: ['Bénéficiaire', 'Beneficiary'],
    help: [
      'Pour qui le projet est mené : l’obligation du bénéficiaire suit, même derrière un laboratoire.',
      'For whom the project is carried out: the duty of the beneficiary follows, also behind a laboratory.',
    ],
  }),
  partnership: field(short, {
    ...{ step: 'project', seenBy: instruction, public: 'decided' },
    label: ['Partenariat avec une structure publique', 'Partnership with a public body'],
    help: ['La convention qui lie les partenaires.', 'The agreement that binds the partners.'],
  }),
  extraDuty: field(z.strictObject({ mode: code, evidence: long }), {
    ...{ step: 'project', seenBy: everybody, public: 'decided' },
    part: (value: unknown) => ({ mode: Object(value).mode }),
    when: [
      'Producteurs de produits de santé, assureurs, banques (CSP L.1461-3 II), demandeurs ou bénéficiaires.',
      'Makers of health products, insurers, banks (CSP L.1461-3 II), as applicant or beneficiary.',
    ],
    label: ['Obligation supplémentaire', 'Extra duty'],
    help: [
      'PREUVE_IMPOSSIBILITE : un audit préalable prouve qu’un usage interdit est impossible. INTERMEDIAIRE_INDEPENDANT : un laboratoire indépendant mène le projet.',
      'PREUVE_IMPOSSIBILITE: an audit beforehand proves that a forbidden use is impossible. INTERMEDIAIRE_INDEPENDANT: an independent laboratory carries the project out.',
    ],
  }),
  applicant: field(
    z.strictObject({
      kind: z.enum(['legal', 'natural']),
      name: short,
      address: short.optional(),
      siret: code.optional(),
      contact: short.optional(),
      email: short.optional(),
      phone: code.optional(),
      job: short.optional(),
      relation: short.optional(),
    }),
    {
      ...{ step: 'project', light: true, seenBy: everybody, public: 'yes', part: nameOf },
      label: ['Demandeur', 'Applicant'],
      help: [
        'Personne morale ou physique, adresse, SIRET et contact ; seul le nom est publié.',
        'Legal or natural person, address, SIRET and contact; only the name is published.',
      ],
    },
  ),
  mandate: field(z.strictObject({ text: long, reference: short, onBehalfOf: short.optional() }), {
    ...{ step: 'project', seenBy: instruction, public: 'decided' },
    when: ['Pour une finalité réservée.', 'For a reserved purpose.'],
    label: ['Mission confiée par la loi', 'Task given by law'],
    help: ['Le texte qui confie la mission, et pour qui.', 'The text that gives the task, and for whom.'],
  }),
  billing: field(
    z.strictObject({
      organisation: short,
      vat: code.optional(),
      invoiceType: code.optional(),
      amountBand: code.optional(),
    }),
    {
      ...{ step: 'project', seenBy: ['billing'], public: 'no' },
      label: ['Facturation', 'Billing'],
      help: ['À qui facturer les frais ; jamais publié.', 'To whom fees are charged; never published.'],
    },
  ),
  financing: field(long, {
    ...{ step: 'project', seenBy: instruction, public: 'decided' },
    label: ['Financement', 'Financing'],
    help: ['Qui finance, et dans quelle fourchette.', 'Who pays, and in which range.'],
  }),
  call: field(
    z.strictObject({ id: short, budget: code.optional(), partners: z.array(short).max(50).optional() }),
    {
      ...{ step: 'project', seenBy: instruction, public: 'decided' },
      label: ['Appel à projets', 'Call for projects'],
      help: ['L’appel, le budget, les partenaires.', 'The call, the budget, the partners.'],
    },
  ),
  controllers: field(z.array(short).max(20), {
    ...{ step: 'project', light: true, seenBy: everybody, public: 'yes' },
    label: ['Responsables de traitement', 'Controllers'],
    help: ['Un nom d’organisme par ligne.', 'One name of an organisation per line.'],
  }),
  implementer: field(short, {
    ...{ step: 'project', light: true, seenBy: everybody, public: 'yes' },
    when: ['Avec un intermédiaire indépendant.', 'With an independent intermediary.'],
    label: ['Responsable de mise en œuvre', 'Implementing laboratory'],
    help: ['Le laboratoire qui mène les calculs.', 'The laboratory that does the computing.'],
  }),
} as const

const science = {
  responsible: field(person, {
    ...{ step: 'project', seenBy: everybody, public: 'no' },
    label: ['Responsable du projet', 'Person in charge'],
    help: ['La personne qui répond du projet.', 'The person who answers for the project.'],
  }),
  principalInvestigator: field(person, {
    ...{ step: 'project', seenBy: everybody, public: 'no' },
    label: ['Investigateur principal', 'Principal investigator'],
    help: ['La personne qui conduit l’étude.', 'The person who conducts the study.'],
  }),
  qualifications: field(long, {
    ...{ step: 'project', seenBy: everybody, public: 'no' },
    label: ['Qualifications', 'Qualifications'],
    help: ['Pourquoi cette équipe sait faire cela.', 'Why this team knows how to do this.'],
  }),
  aim: field(long, {
    ...{ step: 'project', light: true, required: true, seenBy: everybody, public: 'decided' },
    label: ['But', 'Aim'],
    help: ['La question à laquelle le projet répond.', 'The question that the project answers.'],
  }),
  expectedBenefits: field(long, {
    ...{ step: 'project', light: true, seenBy: everybody, public: 'decided' },
    label: ['Bénéfices attendus', 'Expected benefits'],
    help: ['Ce qui change, et pour qui.', 'What changes, and for whom.'],
  }),
  objectives: field(z.array(z.strictObject({ id: name, label: long })).max(50), {
    ...{ step: 'project', light: true, required: true, seenBy: everybody, public: 'decided' },
    label: ['Objectifs', 'Objectives'],
    help: [
      'Numérotés : chaque session de travail en choisit un.',
      'Numbered: each working session chooses one of them.',
    ],
  }),
  protocol: field(long, {
    ...{ step: 'project', seenBy: instruction, public: 'no' },
    label: ['Protocole', 'Protocol'],
    help: [
      'Son résumé ici, le document en pièce jointe.',
      'Its summary here, the document as an attachment.',
    ],
  }),
} as const

/** In the order of the page. */
export const projectFields = { ...identity, ...parties, ...science } as const
