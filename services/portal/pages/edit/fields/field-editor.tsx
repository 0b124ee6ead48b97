import type { ReactNode } from 'react'
import { Mark } from '../../../parts/mark.tsx'
import { choicesFor, type FormField, inLanguage, schemaOf } from '../../../request-form.ts'
import { useNames, useRequestWords } from '../../request/words.ts'
import { useDraft, useFaults } from '../draft.tsx'
import { Editor } from './editor.tsx'
import { Lines } from './lines.tsx'
import { Objectives } from './objectives.tsx'
import { Persons } from './persons.tsx'
import { Prohibitions } from './prohibitions.tsx'
import type { EditorProps } from './props.ts'
import { Purposes } from './purposes.tsx'

/** Fields that deserve more than what their schema alone would give. */
const special: Readonly<Record<string, (props: EditorProps) => ReactNode>> = {
  lines: Lines,
  objectives: Objectives,
  persons: Persons,
  prohibitions: Prohibitions,
  purposes: Purposes,
}

/** One field of the form: its editor, whether it is still awaited, and who will read it. */
export function FieldEditor({ field }: { readonly field: FormField }) {
  const { form, value, set } = useDraft()
  const { name, label, help, requiredWhen } = field
  const Special = special[name] ?? Editor
  const isAwaited = useFaults(name).some(({ isAbsent }) => isAbsent)
  const sentences = [inLanguage(help), requiredWhen && inLanguage(requiredWhen)].filter(Boolean)
  return (
    <div className="form-field" data-field={name}>
      <Special
        path={name}
        label={inLanguage(label)}
        help={sentences.join(' ')}
        schema={schemaOf(field)}
        value={value(name)}
        onChange={(changed) => set(name, changed)}
        choices={choicesFor(form, field)}
      />
      <Readers field={field} isAwaited={isAwaited} />
    </div>
  )
}

interface ReadersProps {
  readonly field: FormField
  readonly isAwaited: boolean
}

function Readers({ field: { seenBy, public: published }, isAwaited }: ReadersProps) {
  const say = useRequestWords()
  const named = useNames()
  const readers = seenBy.map((one) => named('reader', one)).join(', ')
  return (
    <p className="readers small">
      {isAwaited && <Mark tone="wait">{say('awaited')}</Mark>}
      {isAwaited && ' · '}
      {say('read-by', { readers })} · {say(`public.${published}`)}
    </p>
  )
}
