import { useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { FormField, Step } from '../../request-form.ts'
import { useRequestWords } from '../request/words.ts'
import { useDraft } from './draft.tsx'
import { FieldEditor } from './fields/field-editor.tsx'

/** One step of the form: what is asked of this project first, what may be added after it. */
export function StepFields({ step }: { readonly step: Step }) {
  const say = useRequestWords()
  const draft = useDraft()
  const asked = step.fields.filter((field) => isAsked(field, draft))
  const others = step.fields.filter((field) => !asked.includes(field))
  useFocusOfHash()
  return (
    <>
      {asked.map((field) => (
        <FieldEditor key={field.name} field={field} />
      ))}
      {others.length > 0 && (
        <details className="others">
          <summary>{say('optional', { count: others.length })}</summary>
          {others.map((field) => (
            <FieldEditor key={field.name} field={field} />
          ))}
        </details>
      )}
    </>
  )
}

/** Asked of every project, by its route, by what it says elsewhere, or filled already. */
function isAsked(
  { name, required, requiredBy, light }: FormField,
  { request, value }: ReturnType<typeof useDraft>,
): boolean {
  const isLight = value('kind') === 'SECTOR_USEFUL'
  const isLacking = request.missing.some(({ path }) => path === name || path.startsWith(`${name}.`))
  const isFilled = Object.hasOwn(request, name) && request[name] !== undefined
  return (
    (required && (light || !isLight)) || requiredBy.includes(String(value('route'))) || isLacking || isFilled
  )
}

/** A link to a missing item ends in the control that it is about, or in the nearest one above it. */
function useFocusOfHash(): void {
  const hash = useRouterState({ select: ({ location }) => location.hash })
  useEffect(() => {
    if (hash === '') return
    // The page gives the focus to its title first.
    const timer = setTimeout(() => focusOn(nearest(hash)), 50)
    return () => clearTimeout(timer)
  }, [hash])
}

function focusOn(place: Element | null): void {
  for (let one = place?.closest('details'); one; one = one.parentElement?.closest('details')) one.open = true
  place?.querySelector<HTMLElement>('input, select, textarea, button')?.focus()
  place?.scrollIntoView({ block: 'center' })
}

function nearest(path: string): Element | null {
  const places = [...document.querySelectorAll('[data-path], [data-field]')]
  const above = places.filter(({ attributes }) => {
    const own =
      attributes.getNamedItem('data-path')?.value ?? attributes.getNamedItem('data-field')?.value ?? ''
    return path === own || path.startsWith(`${own}.`) || path.startsWith(`${own}[`)
  })
  return above.reduce<Element | null>((best, one) => (lengthOf(one) >= lengthOf(best) ? one : best), null)
}

function lengthOf(place: Element | null): number {
  return place?.getAttribute('data-path')?.length ?? 0
}
