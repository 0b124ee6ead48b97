/** What a field holds, to be read: texts, codes with their words, days, members, lists. Nothing is ever HTML. */
import { dayOf } from '../../format.ts'
import { choiceLabel, type RequestForm } from '../../request-form.ts'
import { useNames, useRequestWords } from './words.ts'

interface ValueProps {
  readonly form: RequestForm
  readonly value: unknown
}

export function Value({ form, value }: ValueProps) {
  const say = useRequestWords()
  if (value === undefined || value === null || value === '')
    return <span className="small">{say('nothing')}</span>
  if (typeof value === 'boolean') return say(value ? 'yes' : 'no')
  if (typeof value === 'string') return <Text form={form} text={value} />
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return <List form={form} values={value} />
  return <Members form={form} value={value as Readonly<Record<string, unknown>>} />
}

function Text({ form, text }: { readonly form: RequestForm; readonly text: string }) {
  const named = useNames()
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return dayOf(text)
  if (/^[A-Za-z][A-Za-z0-9_-]{2,59}$/.test(text)) {
    const label = choiceLabel(form, text)
    return label === text ? named('code', text) : `${label} (${text})`
  }
  return <span className="said">{text}</span>
}

function List({ form, values }: { readonly form: RequestForm; readonly values: readonly unknown[] }) {
  const say = useRequestWords()
  if (values.length === 0) return <span className="small">{say('nothing')}</span>
  return (
    <ul className="plain">
      {values.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what is listed has no name of its own and never moves here
        <li key={index}>
          <Value form={form} value={value} />
        </li>
      ))}
    </ul>
  )
}

function Members({
  form,
  value,
}: {
  readonly form: RequestForm
  readonly value: Readonly<Record<string, unknown>>
}) {
  const named = useNames()
  const filled = Object.entries(value).filter(([, one]) => one !== undefined && one !== '')
  return (
    <dl className="inner">
      {filled.map(([name, one]) => (
        <div key={name}>
          <dt>{named('member', name)}</dt>
          <dd>
            <Value form={form} value={one} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
