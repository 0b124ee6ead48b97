import { type FormEvent, useState } from 'react'
import { Field } from '../../parts/field.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { type HabilitationRequest, useAct } from '../../requests.ts'
import { Choice } from './choice.tsx'
import { useReviewWords } from './words.ts'

/** Clauses that the node executes take a figure; the last is for people. */
const clauses = ['limits.rowsPerAnswer', 'limits.queriesPerDay', 'limits.seconds', 'other'] as const

interface Condition {
  readonly clause: (typeof clauses)[number]
  readonly text: string
  readonly value: string
}

interface DecisionFormProps {
  readonly request: HabilitationRequest
  /** What the checklist says; it goes before the reasons. */
  readonly preface: string
  readonly onDone: () => void
}

/** The first of two steps: what is proposed, why, and under which conditions. */
export function DecisionForm({ request, preface, onDone }: DecisionFormProps) {
  const say = useReviewWords()
  const act = useAct(request.id)
  const [decision, setDecision] = useState('')
  const [reasons, setReasons] = useState(preface)
  const [crossed, setCrossed] = useState('')
  const [conditions, setConditions] = useState<readonly Condition[]>([])
  const isCrossing = request.minimisation.quasiIdentifiers.columns.length > 1
  const send = (event: FormEvent) => {
    event.preventDefault()
    const body = {
      ...{ decision, reasons, conditions: conditions.map(sent) },
      ...(crossed !== '' && { crossed: crossed === 'yes' }),
    }
    act.mutate({ act: 'decision', body }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={send}>
      <p>{say('what.decision')}</p>
      <Choice
        legend={say('decision')}
        name="decision"
        value={decision}
        onChange={setDecision}
        options={(['grant', 'refuse'] as const).map((one) => ({ value: one, label: say(`decide.${one}`) }))}
      />
      {isCrossing && decision === 'grant' && (
        <Choice
          legend={say('crossed')}
          name="crossed"
          value={crossed}
          onChange={setCrossed}
          options={(['yes', 'no'] as const).map((one) => ({ value: one, label: say(`crossed.${one}`) }))}
        />
      )}
      <Field label={say('input.reasons')} help={say('reasons-help')}>
        {(tied) => (
          <textarea {...tied} rows={6} value={reasons} onChange={({ target }) => setReasons(target.value)} />
        )}
      </Field>
      {decision === 'grant' && <Conditions conditions={conditions} onChange={setConditions} />}
      <FormEnd
        sending={act}
        isReady={decision !== '' && reasons.trim() !== ''}
        label={say('confirm.decision')}
        cancel={say('cancel')}
        onCancel={onDone}
      />
    </form>
  )
}

function sent({ clause, text, value }: Condition) {
  return { clause, text, ...(value !== '' && { value: Number(value) }) }
}

interface ConditionsProps {
  readonly conditions: readonly Condition[]
  readonly onChange: (conditions: readonly Condition[]) => void
}

function Conditions({ conditions, onChange }: ConditionsProps) {
  const say = useReviewWords()
  const change = (at: number, changes: Partial<Condition>) =>
    onChange(conditions.map((one, index) => (index === at ? { ...one, ...changes } : one)))
  return (
    <>
      {conditions.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are added at the end and never move
        <fieldset key={index} className="group">
          <legend>{say('condition', { number: index + 1 })}</legend>
          <ConditionRow
            one={one}
            onChange={(changes) => change(index, changes)}
            onRemove={() => onChange(conditions.filter((_, at) => at !== index))}
          />
        </fieldset>
      ))}
      <p>
        <button
          type="button"
          onClick={() => onChange([...conditions, { clause: 'limits.rowsPerAnswer', text: '', value: '' }])}
        >
          {say('condition-add')}
        </button>
      </p>
    </>
  )
}

interface ConditionRowProps {
  readonly one: Condition
  readonly onChange: (changes: Partial<Condition>) => void
  readonly onRemove: () => void
}

function ConditionRow({ one, onChange, onRemove }: ConditionRowProps) {
  const say = useReviewWords()
  return (
    <>
      <Field label={say('condition-clause')}>
        {(tied) => (
          <select
            {...tied}
            value={one.clause}
            onChange={({ target }) => {
              const clause = clauses.find((known) => known === target.value) ?? 'other'
              onChange({ clause, ...(clause === 'other' && { value: '' }) })
            }}
          >
            {clauses.map((clause) => (
              <option key={clause} value={clause}>
                {say(`clause.${clause}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {one.clause !== 'other' && (
        <Field label={say('condition-value')} help={say('condition-value-help')}>
          {(tied) => (
            <input
              {...tied}
              type="number"
              min={1}
              value={one.value}
              onChange={({ target }) => onChange({ value: target.value })}
            />
          )}
        </Field>
      )}
      <Field label={say('condition-text')}>
        {(tied) => (
          <textarea
            {...tied}
            rows={2}
            value={one.text}
            onChange={({ target }) => onChange({ text: target.value })}
          />
        )}
      </Field>
      <button type="button" onClick={onRemove}>
        {say('condition-remove')}
      </button>
    </>
  )
}
