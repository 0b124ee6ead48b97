import { momentOf } from '../../format.ts'
import { Mark, type Tone } from '../../parts/mark.tsx'
import type { HabilitationRequest } from '../../requests.ts'
import { Proposal } from '../review/proposal.tsx'
import { LineView } from './line-view.tsx'
import { useNames, useRequestWords } from './words.ts'

const opinionTones: Readonly<Record<string, Tone>> = {
  favourable: 'good',
  conditions: 'warn',
  unfavourable: 'bad',
  recused: 'plain',
}

/** What those who instruct have said: opinions, the answer of each holder, the decision. */
export function Instruction({ request }: { readonly request: HabilitationRequest }) {
  const say = useRequestWords()
  const { opinions, lines, state } = request
  if (state === 'draft') return null
  return (
    <section aria-labelledby="instruction">
      <h2 id="instruction">{say('instruction')}</h2>
      {opinions.length > 0 && <Opinions opinions={opinions} />}
      <Proposal request={request} />
      <h3>{say('lines')}</h3>
      {lines.map((line) => (
        <LineView key={line.id} line={line} />
      ))}
    </section>
  )
}

function Opinions({ opinions }: Pick<HabilitationRequest, 'opinions'>) {
  const named = useNames()
  return (
    <ul className="plain">
      {opinions.map(({ role, opinion, comment, by, at }) => (
        <li key={`${role} ${at}`}>
          <strong>{named('turn', role)}</strong>{' '}
          <Mark tone={opinionTones[opinion] ?? 'plain'}>{named('opinion', opinion)}</Mark>{' '}
          <span className="small">{`${by}, ${momentOf(at)}`}</span>
          <br />
          <span className="said">{comment}</span>
        </li>
      ))}
    </ul>
  )
}
