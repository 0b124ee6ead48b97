import { useEffect, useMemo, useRef, useState } from 'react'
import { numberOf } from '../../format.ts'
import { Field } from '../../parts/field.tsx'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import type { Answer } from '../../workshop.ts'
import { drawn } from './draw.ts'
import { measuresOf, pictureOf } from './plot.ts'

const useWords = words('workshop', { fr, en })

/** A picture by the types of the columns. The table of the same answer is the other tab, and its numbers are here in words. */
export function ResultChart({ answer }: { readonly answer: Answer }) {
  const say = useWords()
  const place = useRef<HTMLDivElement>(null)
  const width = useWidth(place)
  const [measure, setMeasure] = useState<string>()
  const picture = useMemo(() => pictureOf(answer, measure), [answer, measure])
  const names = measuresOf(answer).map((index) => answer.columns[index]?.name ?? '')
  useEffect(() => {
    if (!picture || !place.current || width === 0) return
    const label = say(`chart.${picture.form}`, { x: picture.x, y: picture.y })
    const values = picture.points.map(({ y }) => y)
    const description = say('chart.description', {
      count: picture.points.length,
      least: values.length > 0 ? numberOf(Math.min(...values)) : '–',
      most: values.length > 0 ? numberOf(Math.max(...values)) : '–',
    })
    place.current.replaceChildren(drawn(picture, width, { label, description, k: answer.disclosure.k }))
  }, [picture, width, say, answer])
  if (!picture) return <p className="empty">{say('chart.none')}</p>
  return (
    <div className="chart">
      {names.length > 1 && (
        <Field label={say('chart.measure')}>
          {(tied) => (
            <select {...tied} value={picture.y} onChange={({ target }) => setMeasure(target.value)}>
              {names.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </Field>
      )}
      <figure>
        <figcaption>{say(`chart.${picture.form}`, { x: picture.x, y: picture.y })}</figcaption>
        <div ref={place} className="drawing" />
      </figure>
      {picture.withheld.length > 0 && (
        <p className="small">
          {say('chart.withheld', { count: picture.withheld.length, k: answer.disclosure.k })}
        </p>
      )}
      {picture.left > 0 && <p className="small">{say('chart.left', { count: picture.left })}</p>}
    </div>
  )
}

function useWidth(place: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    if (!place.current) return
    const watching = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    watching.observe(place.current)
    return () => watching.disconnect()
  }, [place])
  return width
}
