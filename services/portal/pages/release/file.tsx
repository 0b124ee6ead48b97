import { useQuery } from '@tanstack/react-query'
import { api, told } from '../../client.ts'
import { bytesOf, numberOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Region } from '../../parts/region.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { type Findings, findingsQuery, type Release, type ReleaseFile, useAct } from '../../releases.ts'
import { words } from '../../text.ts'
import en from '../../words/release.en.json' with { type: 'json' }
import fr from '../../words/release.fr.json' with { type: 'json' }
import { ExactCell, ExactNotice } from './exact.tsx'

const useWords = words('release', { fr, en })

interface FileProps {
  readonly release: Release
  readonly file: ReleaseFile
}

/** A file with its context, what the machine found in it cell by cell, and where it comes from. */
export function FilePanel({ release, file }: FileProps) {
  const say = useWords()
  const { name, type, bytes, context, source, found, number } = file
  const remove = useAct(() =>
    told(
      api.DELETE('/api/v1/releases/{id}/files/{number}', { params: { path: { id: release.id, number } } }),
    ),
  )
  return (
    <section className="release-file" aria-labelledby={`file-${number}`}>
      <h2 id={`file-${number}`}>{name}</h2>
      <p className="small">
        {type} · {bytesOf(bytes)}
      </p>
      <dl>
        <dt>{say('shows')}</dt>
        <dd>{context.shows}</dd>
        <dt>{say('population')}</dt>
        <dd>{context.population}</dd>
        {context.related && (
          <>
            <dt>{say('related')}</dt>
            <dd>{context.related}</dd>
          </>
        )}
        {source.kind === 'query' && (
          <>
            <dt>{say('statement')}</dt>
            <dd>
              <code>{source.statement}</code>
            </dd>
          </>
        )}
      </dl>
      <ExactNotice release={release} file={file} />
      {found !== null && release.state !== 'draft' && bytes > 0 && <Found release={release} file={file} />}
      {release.offered.includes('files') && (
        <button
          type="button"
          className="grave"
          disabled={remove.isPending}
          onClick={() => remove.mutate(undefined)}
        >
          {say('file.remove', { name })}
        </button>
      )}
      {remove.error && <Refusal error={remove.error} />}
    </section>
  )
}

function Found({ release, file }: FileProps) {
  const say = useWords()
  const { data, error } = useQuery(findingsQuery(release.id, file.number))
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  const address = `/api/v1/releases/${release.id}/files/${file.number}`
  return (
    <>
      <FoundList findings={data} file={file.number} />
      {file.type === 'image/png' ? (
        <img className="picture" src={address} alt={say('picture', { shows: file.context.shows })} />
      ) : (
        data.rows.length > 0 && <Cells findings={data} file={file} />
      )}
      {data.statistics.length > 0 && <Statistics findings={data} />}
      <p>
        <a href={address} download>
          {say('file.download', { name: file.name })}
        </a>
      </p>
    </>
  )
}

function FoundList({
  findings: { findings, compared, needsEyes, k },
  file,
}: {
  readonly findings: Findings
  readonly file: number
}) {
  const say = useWords()
  const serious = findings.filter(({ weight }) => weight === 'serious').length
  return (
    <>
      <p>
        <Mark tone={serious > 0 ? 'bad' : findings.length > 0 || needsEyes ? 'warn' : 'good'}>
          {findings.length === 0
            ? say(needsEyes ? 'found.eyes' : 'found.none', { k })
            : say('found', { count: findings.length, serious })}
        </Mark>
        {compared.length > 0 && <> — {say('compared', { count: compared.length })}</>}
      </p>
      <ul>
        {findings.map(({ rule, weight, row, column, text }) => (
          <li key={`${rule} ${row} ${column}`}>
            <Mark tone={weight === 'serious' ? 'bad' : 'warn'}>{say(`weight.${weight}`)}</Mark> {text}{' '}
            {row !== undefined && column !== undefined && (
              <a href={`#cell-${file}-${row}-${column}`}>
                {say('cell', { row: row + 1, column: column + 1 })}
              </a>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

function Cells({ findings, file }: { readonly findings: Findings; readonly file: ReleaseFile }) {
  const say = useWords()
  const weights = new Map(
    // The gravest come first, and the last of a place stays.
    findings.findings
      .toReversed()
      .flatMap(({ row, column, weight, text }) =>
        row === undefined || column === undefined ? [] : [[`${row} ${column}`, { weight, text }] as const],
      ),
  )
  const exact = new Map(findings.withheld.map((cell) => [`${cell.row} ${cell.column}`, cell]))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="cells" tabIndex={0} aria-label={say('content', { name: file.name })}>
      <table>
        <caption>{say(findings.more ? 'content.part' : 'content', { name: file.name })}</caption>
        <thead>
          <tr>
            {findings.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {findings.rows.map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name and never move
            <tr key={row}>
              {cells.map((cell, column) => {
                const found = weights.get(`${row} ${column}`)
                const own = exact.get(`${row} ${column}`)
                return (
                  <td
                    // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
                    key={column}
                    id={`cell-${file.number}-${row}-${column}`}
                    className={`${found?.weight ?? ''} ${own ? 'withheld' : ''}`.trim()}
                    title={found?.text}
                  >
                    {own ? (
                      <ExactCell value={cell} cell={own} />
                    ) : (
                      (cell ?? <span className="withheld">{say('withheld', { k: findings.k })}</span>)
                    )}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Statistics({ findings: { statistics } }: { readonly findings: Findings }) {
  const say = useWords()
  return (
    <Region label={say('statistics')}>
      <table>
        <caption>{say('statistics')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('column')}</th>
            {(['least', 'least-not-zero', 'greatest', 'sum'] as const).map((name) => (
              <th key={name} scope="col" className="number">
                {say(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {statistics.map(({ column, name, least, leastNotZero, greatest, sum }) => (
            <tr key={column}>
              <th scope="row">{name}</th>
              <td className="number">{numberOf(least)}</td>
              <td className="number">{leastNotZero === null ? '—' : numberOf(leastNotZero)}</td>
              <td className="number">{numberOf(greatest)}</td>
              <td className="number">{numberOf(sum)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Region>
  )
}
