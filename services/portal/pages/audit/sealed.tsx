import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { api, told } from '../../client.ts'
import type { AuditEntryDetail } from '../../log.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { isRecord, wordIn } from './body.ts'
import { useWords } from './words.ts'

interface SealedProps {
  readonly entry: AuditEntryDetail
}

/** The text with its values masked, and the opening of what is sealed: a reason first, which is itself recorded. */
export function Sealed({ entry: { shard, seq, sql, sealed } }: SealedProps) {
  const say = useWords()
  const open = useMutation({
    mutationFn: (reason: string) =>
      told(
        api.POST('/api/v1/audit/entries/{shard}/{seq}/opening', {
          params: { path: { shard, seq: String(seq) } },
          body: { reason },
        }),
      ),
  })
  return (
    <>
      {sql !== undefined && (
        <section aria-labelledby="sql">
          <h3 id="sql">{say('sql')}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
          <pre tabIndex={0}>
            <code>{sql}</code>
          </pre>
        </section>
      )}
      {sealed === 'erased' && <p className="small">{say('sealed.erased')}</p>}
      {open.data && <Opened content={open.data.content} />}
      {sealed === 'kept' && !open.data && <Motive onOpen={(reason) => open.mutate(reason)} />}
      {open.error && <Refusal error={open.error} />}
    </>
  )
}

function Motive({ onOpen }: { readonly onOpen: (reason: string) => void }) {
  const say = useWords()
  const [reason, setReason] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onOpen(reason.trim())
  }
  return (
    <form onSubmit={submit} aria-labelledby="unmask">
      <h3 id="unmask">{say('unmask.title')}</h3>
      <Field label={say('unmask.reason')} help={say('unmask.help')}>
        {(tied) => (
          <textarea
            {...tied}
            rows={2}
            required
            maxLength={2000}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </Field>
      <button type="submit" disabled={reason.trim() === ''}>
        {say('unmask')}
      </button>
    </form>
  )
}

function Opened({ content }: { readonly content: unknown }) {
  const say = useWords()
  const place = useRef<HTMLElement>(null)
  useEffect(() => place.current?.focus(), [])
  const sql = isRecord(content) ? wordIn(content.sql) : undefined
  const rest = isRecord(content) ? Object.entries(content).filter(([name]) => name !== 'sql') : []
  return (
    <section ref={place} tabIndex={-1} className="opened" aria-labelledby="opened">
      <h3 id="opened">{say('unmask.done')}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
      <pre tabIndex={0}>
        <code>{sql ?? JSON.stringify(content, null, 2)}</code>
      </pre>
      {sql !== undefined && rest.length > 0 && (
        <pre>
          <code>{JSON.stringify(Object.fromEntries(rest), null, 2)}</code>
        </pre>
      )}
    </section>
  )
}
