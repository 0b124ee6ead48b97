import { Mark } from '../../parts/mark.tsx'
import { inLanguage } from '../../request-form.ts'
import { Value } from '../request/value.tsx'
import { useRequestWords } from '../request/words.ts'
import { fieldsOf, useDraft } from './draft.tsx'

/** Fields that were changed here and in another window: both are shown, and the person chooses. Nothing is stored of them before. */
export function Clashes() {
  const say = useRequestWords()
  const { form, saving, request, settle } = useDraft()
  if (saving.clashing.length === 0) return null
  const fields = fieldsOf(form)
  const labelOf = (name: string) => {
    const field = fields.get(name)
    return field === undefined ? name : inLanguage(field.label)
  }
  return (
    <section className="clashes" role="alert" aria-label={say('clash')}>
      <p>
        <Mark tone="warn">{say('clash')}</Mark> {say('clash-what')}
      </p>
      {saving.clashing.map((name) => (
        <div key={name} className="clash">
          <h2>{labelOf(name)}</h2>
          <dl>
            <dt>{say('clash-mine')}</dt>
            <dd>
              <Value form={form} value={saving.edits[name]} />
            </dd>
            <dt>{say('clash-other')}</dt>
            <dd>
              <Value form={form} value={request[name]} />
            </dd>
          </dl>
          <p className="actions">
            <button type="button" onClick={() => settle(name, true)}>
              {say('clash-keep', { field: labelOf(name) })}
            </button>
            <button type="button" onClick={() => settle(name, false)}>
              {say('clash-take', { field: labelOf(name) })}
            </button>
          </p>
        </div>
      ))}
    </section>
  )
}
