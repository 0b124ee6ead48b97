import { useMutation, useQuery } from '@tanstack/react-query'
import type { components } from '../../api.ts'
import { momentOf, sinceOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Region } from '../../parts/region.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { queries } from '../../session.ts'
import { words } from '../../text.ts'
import { type AccessToken, isLive, revokeToken, tokensQuery } from '../../tokens.ts'
import en from '../../words/connections.en.json' with { type: 'json' }
import fr from '../../words/connections.fr.json' with { type: 'json' }

const useWords = words('connections', { fr, en })

/** Live ones first; those that have ended stay for thirty days. */
export function TokenList({ projects }: { readonly projects: readonly components['schemas']['Project'][] }) {
  const say = useWords()
  const { data, error } = useQuery(tokensQuery)
  const revoke = useMutation({
    mutationFn: revokeToken,
    onSettled: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  })
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  if (data.length === 0) return <p className="empty">{say('tokens.none')}</p>
  const titles = new Map(projects.map(({ id, title }) => [id, title]))
  const sorted = data.toSorted((one, other) => Number(isLive(other)) - Number(isLive(one)))
  return (
    <>
      {revoke.error && <Refusal error={revoke.error} />}
      <Region label={say('tokens')}>
        <table>
          <caption>{say('tokens.caption')}</caption>
          <thead>
            <tr>
              <th scope="col">{say('label')}</th>
              <th scope="col">{say('project')}</th>
              <th scope="col">{say('purpose')}</th>
              <th scope="col">{say('state')}</th>
              <th scope="col">{say('used')}</th>
              <th scope="col">
                <span className="unseen">{say('revoke')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((token) => (
              <Row
                key={token.id}
                token={token}
                title={titles.get(token.project) ?? token.project}
                onRevoke={() => revoke.mutate(token.id)}
              />
            ))}
          </tbody>
        </table>
      </Region>
    </>
  )
}

interface RowProps {
  readonly token: AccessToken
  readonly title: string
  readonly onRevoke: () => void
}

function Row({ token, title, onRevoke }: RowProps) {
  const say = useWords()
  const { label, purpose, expiresAt, usedAt, revokedAt, id } = token
  const name = label || say('unnamed', { id: id.slice(0, 8) })
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{title}</td>
      <td>{purpose}</td>
      <td>
        {isLive(token) ? (
          <Mark tone="good">{say('until', { until: momentOf(expiresAt) })}</Mark>
        ) : revokedAt === null ? (
          <Mark tone="plain">{say('expired', { at: momentOf(expiresAt) })}</Mark>
        ) : (
          <Mark tone="bad">{say('revoked', { at: momentOf(revokedAt) })}</Mark>
        )}
      </td>
      <td>
        {usedAt === null ? (
          <Mark tone={isLive(token) ? 'wait' : 'plain'}>{say('used.never')}</Mark>
        ) : (
          <Mark tone="good">
            <time dateTime={usedAt}>{sinceOf(usedAt)}</time>
          </Mark>
        )}
      </td>
      <td>
        {isLive(token) && (
          <button
            type="button"
            className="grave slight"
            aria-label={say('revoke.named', { name })}
            onClick={onRevoke}
          >
            {say('revoke')}
          </button>
        )}
      </td>
    </tr>
  )
}
