import { useSuspenseQuery } from '@tanstack/react-query'
import { formQuery } from '../../request-form.ts'
import type { HabilitationRequest } from '../../requests.ts'
import { Value } from './value.tsx'
import { useRequestWords } from './words.ts'

type Changes = HabilitationRequest['versions'][number]['changes']

/** The versions of the permit with what each changed, and the amendment in hand. */
export function Versions({ request }: { readonly request: HabilitationRequest }) {
  const say = useRequestWords()
  const { versions, amendment } = request
  if (versions.length === 0) return null
  return (
    <section aria-labelledby="versions">
      <h2 id="versions">{say('versions')}</h2>
      {amendment && (
        <div className="notice">
          <p>{say(amendment.kind === 'renewal' ? 'renewal-in-hand' : 'amendment-in-hand')}</p>
          <ChangeList changes={amendment.changes} />
        </div>
      )}
      <ol className="plain" reversed>
        {versions.toReversed().map(({ id, version, changes }) => (
          <li key={id}>
            <strong>{id}</strong>{' '}
            {changes.length === 0 && <span className="small">{say('version-first', { version })}</span>}
            <ChangeList changes={changes} />
          </li>
        ))}
      </ol>
    </section>
  )
}

/** Clause by clause: what comes, what goes, what it was and becomes. */
export function ChangeList({ changes }: { readonly changes: Changes }) {
  const say = useRequestWords()
  const { data: form } = useSuspenseQuery(formQuery)
  if (changes.length === 0) return null
  return (
    <dl className="changes">
      {changes.map(({ path, added, removed, before, after }) => (
        <div key={path}>
          <dt>
            <code>{path}</code>
          </dt>
          <dd>
            {added && added.length > 0 && <ins>{say('added', { what: added.join(', ') })}</ins>}
            {removed && removed.length > 0 && <del>{say('removed', { what: removed.join(', ') })}</del>}
            {before !== undefined && (
              <del>
                <Value form={form} value={before} />
              </del>
            )}
            {after !== undefined && (
              <ins>
                <Value form={form} value={after} />
              </ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
