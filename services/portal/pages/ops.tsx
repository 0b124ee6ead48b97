import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, told } from '../client.ts'
import { numberOf } from '../format.ts'
import { Mark } from '../parts/mark.tsx'
import { PageBody } from '../parts/page.tsx'
import { Rich } from '../parts/rich.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { hasRole, useMe } from '../session.ts'
import { language, words } from '../text.ts'
import en from '../words/ops.en.json' with { type: 'json' }
import fr from '../words/ops.fr.json' with { type: 'json' }
import { type Figures, figuresOf } from './ops/figures.ts'
import { KeysAtRest } from './ops/keys.tsx'
import { type Tile, tilesOf } from './ops/tiles.ts'

const useWords = words('ops', { fr, en })

const everyMs = 5000

/** What an operator sees: health, never data. */
export function OpsPage() {
  const say = useWords()
  const me = useMe()
  const { data, error, dataUpdatedAt } = useQuery({
    queryKey: ['figures'],
    queryFn: async () => figuresOf(String(await told(api.GET('/metrics', { parseAs: 'text' })))),
    refetchInterval: everyMs,
  })
  if (error) throw error
  if (!data) return <Waiting />
  const tiles = tilesOf(data)
  const count = tiles.filter(({ tone }) => tone === 'warn' || tone === 'bad').length
  const time = new Intl.DateTimeFormat(language(), { timeStyle: 'medium' }).format(dataUpdatedAt)
  return (
    <PageBody title={say('title')} lead={say('lead')} actions={<Bundle figures={data} />}>
      <p>
        <Mark tone={count === 0 ? 'good' : 'warn'}>
          {count === 0 ? say('fine', { time }) : say('watch', { count, time })}
        </Mark>
      </p>
      <ul className="cards">
        {tiles.map((tile) => (
          <TileCard key={tile.name} tile={tile} />
        ))}
      </ul>
      {hasRole(me, 'operator') && <KeysAtRest />}
      <Steps />
      <p className="small">
        {say('version', {
          version: data.all('build_info')[0]?.labels.version ?? '',
          engine: data.all('build_info')[0]?.labels.engine ?? '',
        })}
        <br />
        <Rich text={say('doctor')} />
      </p>
    </PageBody>
  )
}

function TileCard({ tile: { name, tone, says } }: { readonly tile: Tile }) {
  const say = useWords()
  return (
    <li className="card">
      <h2>{say(name)}</h2>
      <p>
        <Mark tone={tone}>{say(tone)}</Mark>
      </p>
      {says.map(([word, places]) => (
        <p key={word}>
          <Rich text={say(word, places)} />
        </p>
      ))}
    </li>
  )
}

function Bundle({ figures }: { readonly figures: Figures }) {
  const say = useWords()
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(figures.text)
    setCopied(true)
  }
  return (
    <>
      <span role="status" className="small">
        {isCopied ? say('bundle.done') : ''}
      </span>
      <button type="button" onClick={() => void copy()}>
        {say('bundle')}
      </button>
    </>
  )
}

function Steps() {
  const say = useWords()
  const { data } = useQuery({ queryKey: ['readyz'], queryFn: () => told(api.GET('/readyz')) })
  if (!data) return null
  return (
    <section aria-labelledby="steps">
      <h2 id="steps">{say('steps')}</h2>
      <table>
        <caption>{say('steps.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('steps.step')}</th>
            <th scope="col" className="number">
              {say('steps.time')}
            </th>
          </tr>
        </thead>
        <tbody>
          {data.steps.map(({ name, ms = 0 }) => (
            <tr key={name}>
              <td>{name}</td>
              <td className="number">{say('steps.seconds', { seconds: numberOf(ms / 1000, 1) })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
