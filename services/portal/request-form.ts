/** The form of a request as the API describes it: steps, fields, words, and JSON Schemas. */
import { queryOptions } from '@tanstack/react-query'
import type { components } from './api.ts'
import { api, told } from './client.ts'
import { language } from './text.ts'

export type RequestForm = components['schemas']['RequestForm']
export type Step = RequestForm['steps'][number]
export type FormField = Step['fields'][number]
export type Choice = RequestForm['choices'][string][number]

/** What of JSON Schema the form uses. */
export interface FieldSchema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly const?: unknown
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, FieldSchema>>
  readonly required?: readonly string[]
  readonly items?: FieldSchema
}

/** It changes with the rules of the house only. */
export const formQuery = queryOptions({
  queryKey: ['request-form'],
  queryFn: () => told(api.GET('/api/v1/habilitations/form')),
  staleTime: 600_000,
})

export function schemaOf({ schema }: FormField): FieldSchema {
  return schema as FieldSchema
}

/** Words that came in both languages, in that of the page. */
export function inLanguage(words: { readonly fr: string; readonly en: string }): string {
  return words[language()]
}

/** The codes that a field may hold today. */
export function choicesFor(form: RequestForm, { codes }: FormField): readonly Choice[] {
  const today = new Date().toISOString().slice(0, 10)
  return codes
    .flatMap((list) => form.choices[list] ?? [])
    .filter(({ until }) => until === null || today <= until)
}

/** The words of a code wherever it stands, else the code itself. */
export function choiceLabel(form: RequestForm, code: string): string {
  const found = Object.values(form.choices)
    .flat()
    .find((one) => one.code === code)
  return found ? inLanguage(found) : code
}
