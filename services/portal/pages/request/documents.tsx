import { bytesOf } from '../../format.ts'
import type { HabilitationRequest } from '../../requests.ts'
import { useRequestWords } from './words.ts'

/** The documents of a request, each to be downloaded, with the hash that the log knows it by. */
export function Documents({ request: { id, attachments } }: { readonly request: HabilitationRequest }) {
  const say = useRequestWords()
  return (
    <section aria-labelledby="documents">
      <h2 id="documents">{say('attachments')}</h2>
      {attachments.length === 0 && <p className="empty">{say('attachments-none')}</p>}
      <ul>
        {attachments.map(({ attachment, name, bytes, sha256 }) => (
          <li key={attachment}>
            <a href={`/api/v1/habilitations/${id}/attachments/${attachment}`}>{name}</a>{' '}
            <span className="small">{bytesOf(bytes)}</span>
            <br />
            <code className="small">{`sha256 ${sha256}`}</code>
          </li>
        ))}
      </ul>
    </section>
  )
}
