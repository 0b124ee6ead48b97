import { useSuspenseQuery } from '@tanstack/react-query'
import { type RefObject, useEffect, useRef } from 'react'
import { momentOf } from '../../format.ts'
import { formQuery } from '../../request-form.ts'
import type { HabilitationRequest } from '../../requests.ts'
import { Documents } from './documents.tsx'
import './paper.css'
import { ReadStep } from './read-step.tsx'
import { useNames, useRequestWords } from './words.ts'

/** The whole request to be read, and what a printer or a PDF shows of the page: all steps, all columns, its documents. */
export function Paper({ request }: { readonly request: HabilitationRequest }) {
  const say = useRequestWords()
  const named = useNames()
  const { data: form } = useSuspenseQuery(formQuery)
  const place = useRef<HTMLElement>(null)
  useAllOpenOnPaper(place)
  const { id, state, lead } = request
  return (
    <section ref={place} aria-labelledby="asked-for" className="paper">
      <div className="paper-head">
        <h2 id="asked-for">{say('tab-request')}</h2>
        <button type="button" onClick={() => window.print()}>
          {say('print')}
        </button>
      </div>
      <p className="on-paper">
        {id} · {named('state', state)} · {lead.subject}, {lead.organisation} ·{' '}
        {say('printed', { at: momentOf(Date.now()) })}
      </p>
      {form.steps.map((step) => (
        <ReadStep key={step.step} request={request} step={step} />
      ))}
      <div className="on-paper">
        <Documents request={request} />
      </div>
    </section>
  )
}

/** Paper unfolds nothing: what is folded is opened before it is printed, and folded again. */
function useAllOpenOnPaper(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let folded: readonly HTMLDetailsElement[] = []
    const unfold = () => {
      folded = [...(place.current?.querySelectorAll('details') ?? [])].filter(({ open }) => !open)
      for (const one of folded) one.open = true
    }
    const fold = () => {
      for (const one of folded) one.open = false
    }
    window.addEventListener('beforeprint', unfold)
    window.addEventListener('afterprint', fold)
    return () => {
      window.removeEventListener('beforeprint', unfold)
      window.removeEventListener('afterprint', fold)
    }
  }, [place])
}
