import type { HabilitationRequest } from '../../requests.ts'
import { LineView } from '../request/line-view.tsx'
import { useProjectWords } from './words.ts'

/** The lines of the permit: which tables, columns and rows. */
export function Granted({ request }: { readonly request: HabilitationRequest }) {
  const say = useProjectWords()
  return (
    <section aria-labelledby="granted">
      <h2 id="granted">{say('granted')}</h2>
      {request.lines.map((line) => (
        <LineView key={line.id} line={line} heading="h3" />
      ))}
    </section>
  )
}
