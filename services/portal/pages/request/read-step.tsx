import { useSuspenseQuery } from '@tanstack/react-query'
import { type FormField, formQuery, inLanguage, type Step } from '../../request-form.ts'
import type { HabilitationRequest } from '../../requests.ts'
import { LineView } from './line-view.tsx'
import { Thread } from './thread.tsx'
import { Value } from './value.tsx'
import { useNames, useRequestWords } from './words.ts'

interface ReadStepProps {
  readonly request: HabilitationRequest
  readonly step: Step
  /** As those who instruct will read it: what they do not see is left out, what is not filled is said. */
  readonly isCommittee?: boolean
}

/** One step of a request, to be read, with what was said of each field. */
export function ReadStep({ request, step, isCommittee = false }: ReadStepProps) {
  const say = useRequestWords()
  const fields = step.fields.filter(
    ({ name, seenBy, required }) =>
      (!isCommittee || seenBy.includes('instruction')) &&
      (request[name] !== undefined || (isCommittee && required) || threadsOn(request, name).length > 0),
  )
  // The committee's view is a page of its own; elsewhere the step stands under the heading of the whole.
  const Title = isCommittee ? 'h2' : 'h3'
  return (
    <section aria-labelledby={`read-${step.step}`}>
      <Title id={`read-${step.step}`}>{inLanguage(step.label)}</Title>
      {isCommittee && <p className="help">{say('committee-help')}</p>}
      {fields.length === 0 && <p className="small">{say('nothing')}</p>}
      {fields.map((field) => (
        <ReadField key={field.name} request={request} field={field} isCommittee={isCommittee} />
      ))}
    </section>
  )
}

interface ReadFieldProps {
  readonly request: HabilitationRequest
  readonly field: FormField
  readonly isCommittee: boolean
}

function ReadField({ request, field, isCommittee }: ReadFieldProps) {
  const named = useNames()
  const say = useRequestWords()
  const { data: form } = useSuspenseQuery(formQuery)
  const readers = field.seenBy.filter((one) => one !== 'applicant').map((one) => named('reader', one))
  const Title = isCommittee ? 'h3' : 'h4'
  return (
    <div className="read-field" id={`field-${field.name}`}>
      <Title>{inLanguage(field.label)}</Title>
      {isCommittee && (
        <p className="small">
          {say('read-by', { readers: readers.join(', ') })} · {say(`public.${field.public}`)}
        </p>
      )}
      {field.name === 'lines' ? (
        request.lines.map((line) => <LineView key={line.id} line={line} isStateShown={!isCommittee} />)
      ) : (
        <Value form={form} value={request[field.name]} />
      )}
      {!isCommittee &&
        threadsOn(request, field.name).map((thread) => (
          <Thread key={thread.thread} request={request} thread={thread} />
        ))}
    </div>
  )
}

/** The threads on a field and on its parts. */
function threadsOn({ comments }: HabilitationRequest, name: string) {
  return comments.filter(({ field }) => /^\w+/.exec(field)?.[0] === name)
}
