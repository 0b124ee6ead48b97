/** Step 2, purposes, prohibitions and legal basis. */
import { z } from 'zod'
import { code, everybody, field, instruction, long, short } from './field.ts'

const prohibitionAnswer = z.strictObject({ code, answer: z.enum(['no', 'yes']), text: long.optional() })

/** In the order of the page. */
export const purposeFields = {
  purposes: field(z.array(code).max(20), {
    ...{ step: 'purpose', light: true, required: true, seenBy: everybody, public: 'yes' },
    codes: ['purposes-snds', 'purposes-ehds'],
    label: ['Finalités', 'Purposes'],
    help: [
      'Codes de la loi que suit la voie ; chaque question posée aux données en cite une.',
      'Codes of the law that the route follows; each question asked of the data names one.',
    ],
  }),
  publicInterest: field(long, {
    ...{ step: 'purpose', required: true, seenBy: everybody, public: 'yes' },
    label: ['Intérêt public', 'Public interest'],
    help: ['En quoi le projet sert l’intérêt public.', 'How the project serves the public interest.'],
  }),
  prohibitions: field(z.union([z.literal('none'), z.array(prohibitionAnswer).max(50)]), {
    ...{ step: 'purpose', light: true, required: true, seenBy: everybody, public: 'decided' },
    codes: ['prohibitions-snds', 'prohibitions-ehds'],
    label: ['Usages interdits', 'Forbidden uses'],
    help: [
      'Répondez à chaque interdiction ; « none » répond non à toutes. Un seul oui empêche le dépôt.',
      'Answer each prohibition; “none” says no to all. A single yes prevents submission.',
    ],
  }),
  noStigma: field(z.strictObject({ confirmed: z.boolean(), text: long.optional() }), {
    ...{ step: 'purpose', light: true, seenBy: everybody, public: 'no' },
    label: ['Absence de stigmatisation', 'No stigma'],
    help: [
      'Les résultats ne désignent pas un groupe de personnes à la défiance.',
      'Results do not expose a group of persons to distrust.',
    ],
  }),
  legalBasis: field(z.array(code).max(20), {
    ...{ step: 'purpose', seenBy: everybody, public: 'decided' },
    label: ['Base légale', 'Legal basis'],
    help: ['Codes du RGPD, articles 6 et 9.', 'Codes of the GDPR, articles 6 and 9.'],
  }),
  legalBasisText: field(long, {
    ...{ step: 'purpose', seenBy: everybody, public: 'decided' },
    label: ['Base légale, en clair', 'Legal basis, in words'],
    help: ['Pourquoi cette base s’applique.', 'Why this basis applies.'],
  }),
  dpia: field(short, {
    ...{ step: 'purpose', seenBy: instruction, public: 'decided', copied: false },
    label: ['Analyse d’impact', 'Impact assessment'],
    help: ['Sa référence ; le document en pièce jointe.', 'Its reference; the document as an attachment.'],
  }),
  ethicsReference: field(short, {
    ...{ step: 'purpose', seenBy: instruction, public: 'decided', copied: false },
    label: ['Avis du comité', 'Opinion of the committee'],
    help: ['Le numéro de l’avis (CESREES, CPP).', 'The number of the opinion (CESREES, CPP).'],
  }),
  cnilReference: field(short, {
    ...{ step: 'purpose', seenBy: instruction, public: 'decided', copied: false },
    label: ['Autorisation de la CNIL', 'Authorisation of the CNIL'],
    help: ['Le numéro de la décision.', 'The number of the decision.'],
  }),
  agreementRef: field(short, {
    ...{ step: 'purpose', light: true, seenBy: instruction, public: 'decided', copied: false },
    label: ['Convention', 'Agreement'],
    help: ['La référence de la convention signée.', 'The reference of the signed agreement.'],
  }),
} as const
