import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { components } from '../../api.ts'
import { api, told } from '../../client.ts'
import { bytesOf, numberOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Region } from '../../parts/region.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { DialectForm } from './dialect-form.tsx'
import { Findings } from './findings.tsx'
import { spoken } from './spoken.ts'

const useWords = words('deposits', { fr, en })

type TablePreview = components['schemas']['TablePreview']

interface Received {
  readonly table: string
  readonly bytes: number
  readonly sha256: string
}

/** A longer file is read when it is asked for: each reading takes its time on the node. */
const readAtOnce = 50e6

/** How the node understands a file that it has received; read again when the file or its dialect is another one. */
export function previewQuery(id: string, { table, sha256 }: Received) {
  return queryOptions({
    queryKey: ['preview', id, table, sha256],
    queryFn: () =>
      told(api.GET('/api/v1/deposits/{id}/tables/{table}/preview', { params: { path: { id, table } } })),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

interface PreviewProps {
  readonly deposit: string
  readonly received: Received
}

/** How the node understands a file: its form, its columns, and what it already finds wrong. Never a value of it. */
export function Preview({ deposit, received }: PreviewProps) {
  const say = useWords()
  const [isWanted, setWanted] = useState(received.bytes <= readAtOnce)
  const { data, error, isFetching } = useQuery({ ...previewQuery(deposit, received), enabled: isWanted })
  if (!isWanted && !data) {
    return (
      <button type="button" onClick={() => setWanted(true)}>
        {say('preview.read', { bytes: bytesOf(received.bytes) })}
      </button>
    )
  }
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting what={say('preview.reading')} />
  return (
    <div className="preview" aria-busy={isFetching}>
      <h4>{say('preview', { rows: numberOf(data.rows) })}</h4>
      <DialectForm key={JSON.stringify(data.reading)} deposit={deposit} preview={data} />
      {data.columns.length > 0 && <ColumnTable preview={data} />}
      <Findings findings={data.findings} />
    </div>
  )
}

function ColumnTable({ preview: { table, columns } }: { readonly preview: TablePreview }) {
  const say = useWords()
  const label = say('preview.columns', { table })
  return (
    <Region label={label}>
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">{say('column')}</th>
            <th scope="col">{say('declared')}</th>
            <th scope="col">{say('detected')}</th>
            <th scope="col">{say('role')}</th>
            <th scope="col" className="number">
              {say('empty')}
            </th>
            <th scope="col" className="number">
              {say('unreadable')}
            </th>
            <th scope="col">{say('shape')}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((one) => (
            <tr key={one.name}>
              <th scope="row">{one.name}</th>
              <td>{spoken(say, `type.${one.declared}`, one.declared)}</td>
              <td>
                {one.detected === null
                  ? say('detected.none')
                  : spoken(say, `type.${one.detected}`, one.detected)}
              </td>
              <td>{one.role ? spoken(say, `role.${one.role}`, one.role) : '—'}</td>
              <td className="number">{numberOf(100 * one.empty, 1)}</td>
              <td className="number">
                {one.unreadable === 0 ? '0' : <Mark tone="bad">{numberOf(one.unreadable)}</Mark>}
              </td>
              <td>{one.shape ? <code>{one.shape}</code> : '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Region>
  )
}
