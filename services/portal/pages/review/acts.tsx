/** What the reader may do of a request now. The API says which commands are offered and which a rule about persons forbids. */
import { useState } from 'react'
import { Dialog } from '../../parts/dialog.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { type HabilitationRequest, type Line, useAct } from '../../requests.ts'
import { useMe } from '../../session.ts'
import { language } from '../../text.ts'
import { DecisionForm } from './decision-form.tsx'
import { ItemsForm } from './items-form.tsx'
import { LineForm } from './line-form.tsx'
import { type SimpleName, simpleActs } from './simple-acts.ts'
import { SimpleForm } from './simple-form.tsx'
import { useReviewWords } from './words.ts'

type Opened =
  | { readonly form: 'simple'; readonly name: SimpleName }
  | { readonly form: 'complete' | 'return' | 'questions' | 'decision' }
  | { readonly form: 'line'; readonly line: Line }

interface ActsProps {
  readonly request: HabilitationRequest
  readonly preface: string
}

export function ReviewActs({ request, preface }: ActsProps) {
  const say = useReviewWords()
  const me = useMe()
  const [opened, setOpened] = useState<Opened | null>(null)
  const { offered, lines } = request
  const own = offered.includes('countersignatures')
    ? lines.filter(({ toSign, holder }) => toSign !== undefined && holder === me.organisation)
    : []
  const special = specialActs(offered)
  const simple = simpleActs.filter(({ act }) => offered.includes(act))
  const isIdle = own.length + special.length + simple.length === 0
  const close = () => setOpened(null)
  return (
    <section aria-labelledby="review-acts">
      <h2 id="review-acts">{say('acts')}</h2>
      {isIdle && <p>{say('acts-none')}</p>}
      <Barred request={request} />
      <ul className="acts">
        {own.map((line) => (
          <li key={line.id}>
            <button type="button" className="main" onClick={() => setOpened({ form: 'line', line })}>
              {say('act.countersignatures', { dataset: line.dataset })}
            </button>
          </li>
        ))}
        {special.map((form) => (
          <li key={form}>
            <button
              type="button"
              className={form === 'questions' || form === 'return' ? undefined : 'main'}
              onClick={() => setOpened({ form })}
            >
              {say(`act.${form}`)}
            </button>
          </li>
        ))}
        {simple.map(({ act, kind }) => (
          <li key={act}>
            <button type="button" className={kind} onClick={() => setOpened({ form: 'simple', name: act })}>
              {say(`act.${act}`)}
            </button>
          </li>
        ))}
      </ul>
      <Dialog title={titleOf(opened, say)} isOpen={opened !== null} onClose={close}>
        {opened && <OpenedForm opened={opened} request={request} preface={preface} onDone={close} />}
      </Dialog>
    </section>
  )
}

function specialActs(
  offered: readonly string[],
): readonly ('complete' | 'return' | 'questions' | 'decision')[] {
  return [
    ...(offered.includes('completeness') ? (['complete', 'return'] as const) : []),
    ...(offered.includes('decision') ? (['decision'] as const) : []),
    ...(offered.includes('questions') ? (['questions'] as const) : []),
  ]
}

function titleOf(opened: Opened | null, say: ReturnType<typeof useReviewWords>): string {
  if (opened === null) return ''
  if (opened.form === 'simple') return say(`act.${opened.name}`)
  if (opened.form === 'line') return say('act.countersignatures', { dataset: opened.line.dataset })
  return say(`act.${opened.form}`)
}

interface OpenedFormProps extends ActsProps {
  readonly opened: Opened
  readonly onDone: () => void
}

function OpenedForm({ opened, request, preface, onDone }: OpenedFormProps) {
  switch (opened.form) {
    case 'simple':
      return <SimpleForm request={request} name={opened.name} preface={preface} onDone={onDone} />
    case 'line':
      return <LineForm request={request} line={opened.line} onDone={onDone} />
    case 'decision':
      return <DecisionForm request={request} preface={preface} onDone={onDone} />
    case 'complete':
      return <CompleteForm request={request} onDone={onDone} />
    case 'return':
      return <ItemsForm request={request} act="completeness" onDone={onDone} />
    default:
      return <ItemsForm request={request} act="questions" onDone={onDone} />
  }
}

function CompleteForm({ request, onDone }: Pick<OpenedFormProps, 'request' | 'onDone'>) {
  const say = useReviewWords()
  const act = useAct(request.id)
  return (
    <>
      <p>{say('what.complete')}</p>
      {act.error && <Refusal error={act.error} />}
      <p className="actions">
        <button
          type="button"
          className="main"
          disabled={act.isPending}
          onClick={() => act.mutate({ act: 'completeness', body: { complete: true } }, { onSuccess: onDone })}
        >
          {say('confirm.complete')}
        </button>
        <button type="button" onClick={onDone}>
          {say('cancel')}
        </button>
      </p>
    </>
  )
}

/** What a rule about persons forbids to this one, why, and the way out: once for each rule. */
function Barred({ request: { barred } }: Pick<ActsProps, 'request'>) {
  const say = useReviewWords()
  const byRule = new Map(barred.map((one) => [one.rule, one]))
  if (byRule.size === 0) return null
  return (
    <ul className="notice barred" aria-label={say('barred')}>
      {[...byRule.values()].map((one) => (
        <li key={one.rule}>{one[language()]}</li>
      ))}
    </ul>
  )
}
