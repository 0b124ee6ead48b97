/** `huisclos datasets template`: a descriptor to start from, without a node. */
import { type TemplateAsked, templateNames, templateOf } from '../dataset/templates/template.ts'
import { readDescriptor } from './dry-run.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'

/** Writes the descriptor as JSON. */
export function template(asked: TemplateAsked, { stdout }: Pick<Out, 'stdout'>): void {
  const found = templateOf(asked)
  if (found === null) {
    const known = templateNames.join(', ')
    const words = [asked.model, ...asked.tables].join(' ')
    throw new CommandError(
      `${words}: modèle ou table inconnus / unknown model or table (${known})`,
      exits.failed,
    )
  }
  stdout.write(`${JSON.stringify(readDescriptor(found), null, 2)}\n`)
}
