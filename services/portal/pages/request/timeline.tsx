import { momentOf } from '../../format.ts'
import type { HabilitationRequest } from '../../requests.ts'
import { useNames, useRequestWords } from './words.ts'

/** The way of a request, in the order of governance.md 5.2; the states that stand on each stage. */
const stages = [
  ['writing', ['draft', 'awaiting_completion']],
  ['completeness', ['received']],
  ['assessment', ['under_assessment']],
  ['acceptance', ['pre_permit']],
  ['access', ['issued', 'active', 'suspended', 'revocation_noticed']],
  [
    'end',
    [
      'expired',
      'revoked',
      'renounced',
      'closing',
      'closed',
      'refused',
      'under_appeal',
      'withdrawn',
      'lapsed',
    ],
  ],
] as const

/** Where the request is on its way. */
export function Stages({ state }: Pick<HabilitationRequest, 'state'>) {
  const say = useRequestWords()
  const current = stages.findIndex(([, states]) => states.some((one) => one === state))
  return (
    <ol className="stages" aria-label={say('stages')}>
      {stages.map(([stage], index) => (
        <li
          key={stage}
          className={index < current ? 'done' : undefined}
          aria-current={index === current ? 'step' : undefined}
        >
          <span aria-hidden="true">{index < current ? '✔' : index + 1}</span> {say(`stage.${stage}`)}
        </li>
      ))}
    </ol>
  )
}

/** Changes of a draft are many and say little: those that follow each other are one. */
export function Happenings({ history }: Pick<HabilitationRequest, 'history'>) {
  const say = useRequestWords()
  const named = useNames()
  const shown = history.filter(
    ({ type }, index) => type !== 'changed' || history[index + 1]?.type !== 'changed',
  )
  return (
    <section aria-labelledby="history">
      <h2 id="history">{say('history')}</h2>
      <ol className="history">
        {shown.toReversed().map(({ type, by, at }) => (
          <li key={`${at} ${type} ${by}`}>
            <time dateTime={at}>{momentOf(at)}</time>
            <span>{named('history', type)}</span>
            <span className="small">{by === 'system' ? say('by-time') : by}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
