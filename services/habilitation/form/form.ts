/** The form of a request as data, from which a page is built: six steps, their fields, words, and who reads each. Pure. */
import { z } from 'zod'
import type { Surroundings } from '../around.ts'
import { body as schema } from '../request.ts'
import { type Choice, choicesOf } from './choices.ts'
import { type Audience, aboutOf, type CodeList, type StepName, steps, type Words } from './field.ts'

interface Told {
  readonly fr: string
  readonly en: string
}

interface FormField {
  readonly name: string
  readonly label: Told
  readonly help: Told
  /** Asked of every project, or never by itself. */
  readonly required: boolean
  /** Routes that ask for it besides. */
  readonly requiredBy: readonly string[]
  readonly requiredWhen: Told | null
  /** Also asked of a project useful to the sector. */
  readonly light: boolean
  readonly seenBy: readonly ('applicant' | Audience)[]
  readonly public: 'yes' | 'no' | 'decided' | 'part'
  readonly copied: boolean
  /** Names of `choices`. */
  readonly codes: readonly CodeList[]
  /** JSON Schema of what may be sent. */
  readonly schema: unknown
}

export interface Form {
  readonly steps: readonly {
    readonly step: StepName
    readonly label: Told
    readonly fields: readonly FormField[]
  }[]
  /** What the codes of its fields mean; a route that nobody may choose is not among them. */
  readonly choices: Readonly<Record<string, readonly Choice[]>>
}

const stepLabels: Readonly<Record<StepName, Words>> = {
  project: ['Projet', 'Project'],
  purpose: ['Finalité et base légale', 'Purpose and legal basis'],
  data: ['Données et colonnes', 'Data and columns'],
  team: ['Équipe', 'Team'],
  duration: ['Durée et sécurité', 'Duration and security'],
  commitment: ['Engagement', 'Commitment'],
}

/** The whole form, under the vocabularies in force. */
export function formOf({ vocabularies }: Pick<Surroundings, 'vocabularies'>): Form {
  const fields = Object.entries(schema.shape).map(([name, field]) => {
    const requiredBy = vocabularies.routes
      .filter(({ facts }) => facts?.requires?.includes(name))
      .map(({ code }) => code)
    return { step: aboutOf(field).step, field: fieldOf(name, field, requiredBy) }
  })
  return {
    steps: steps.map((step) => ({
      step,
      label: told(stepLabels[step]),
      fields: fields.filter((one) => one.step === step).map(({ field }) => field),
    })),
    choices: Object.fromEntries(
      fields.flatMap(({ field }) => field.codes).map((list) => [list, choicesOf(list, vocabularies)]),
    ),
  }
}

function fieldOf(name: string, field: z.ZodType, requiredBy: readonly string[]): FormField {
  const about = aboutOf(field)
  return {
    name,
    label: told(about.label),
    help: told(about.help),
    required: about.required ?? false,
    requiredBy,
    requiredWhen: about.when ? told(about.when) : null,
    light: about.light ?? false,
    seenBy: ['applicant', ...about.seenBy],
    public: about.public !== 'no' && about.part ? 'part' : about.public,
    copied: about.copied ?? true,
    codes: about.codes ?? [],
    schema: z.toJSONSchema(field, { io: 'input' }),
  }
}

function told([fr, en]: Words): Told {
  return { fr, en }
}
