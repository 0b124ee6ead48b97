import { type DragEvent, useId, useState } from 'react'
import type { components } from '../../api.ts'
import type { Deposit, Table } from '../../deposits.ts'
import { bytesOf, numberOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { acceptedEndings } from './file-type.ts'
import { Preview } from './preview.tsx'
import { spoken } from './spoken.ts'
import { type SendingState, unknownEnding } from './use-sendings.ts'

const useWords = words('deposits', { fr, en })

interface Acts {
  readonly onPause: () => void
  readonly onResume: () => void
}

interface TableFileProps extends Acts {
  readonly deposit: Deposit
  readonly table: Table
  readonly sending: SendingState | undefined
  /** What an earlier visit left unfinished. */
  readonly begun: components['schemas']['Upload'] | undefined
  readonly onFile: (file: File) => void
}

/** One table: its columns, the file that stands for it, how it is sent and how it is understood. */
export function TableFile({ deposit, table, sending, begun, onFile, ...acts }: TableFileProps) {
  const say = useWords()
  const id = useId()
  const received = deposit.tables?.find((one) => one.table === table.name)
  const isMoving = sending?.state === 'sending' || sending?.state === 'paused'
  const [isOver, setOver] = useState(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const [file] = event.dataTransfer.files
    if (file) onFile(file)
  }
  return (
    <li
      className={isOver ? 'card table over' : 'card table'}
      onDrop={drop}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
    >
      <h3>
        {table.name}
        {table.title && <span className="small">{` · ${table.title}`}</span>}
      </h3>
      <Columns table={table} />
      <div className="pick">
        <label htmlFor={id}>{say(received ? 'file.other' : 'file.choose', { table: table.name })}</label>
        <input
          id={id}
          type="file"
          accept={acceptedEndings}
          onChange={({ target }) => {
            const [file] = target.files ?? []
            if (file) onFile(file)
            target.value = ''
          }}
        />
      </div>
      {!sending && begun && (
        <p className="notice">
          {say('begun', { percent: percentOf(begun.offset, begun.bytes), bytes: bytesOf(begun.bytes) })}
        </p>
      )}
      {sending && isMoving && <Moving table={table.name} sending={sending} {...acts} />}
      {sending?.state === 'failed' && <Failed error={sending.error} file={sending.file} />}
      <p role="status">
        {received && !isMoving && (
          <Mark tone="good">{say('received', { bytes: bytesOf(received.bytes) })}</Mark>
        )}
      </p>
      {received && !isMoving && (
        <>
          <p className="small hash">
            {say('hash')} <code>{received.sha256}</code>
          </p>
          <Preview deposit={deposit.id} received={received} />
        </>
      )}
    </li>
  )
}

const percentOf = (part: number, whole: number) =>
  numberOf(whole === 0 ? 100 : Math.floor((100 * part) / whole))

interface MovingProps extends Acts {
  readonly table: string
  readonly sending: SendingState
}

function Moving({ table, sending: { file, bytes, sent, state }, onPause, onResume }: MovingProps) {
  const say = useWords()
  const isPaused = state === 'paused'
  return (
    <div className="moving">
      <p className="file">{file}</p>
      <progress max={Math.max(1, bytes)} value={sent} aria-label={say('sending', { table })} />
      <p>
        {say('sent', { percent: percentOf(sent, bytes), sent: bytesOf(sent), bytes: bytesOf(bytes) })}
        {isPaused && (
          <>
            {' '}
            <Mark tone="wait">{say('paused')}</Mark>
          </>
        )}
      </p>
      <button type="button" onClick={isPaused ? onResume : onPause}>
        {say(isPaused ? 'resume' : 'pause')}
        <span className="unseen"> : {table}</span>
      </button>
    </div>
  )
}

function Failed({ error, file }: { readonly error: unknown; readonly file: string }) {
  const say = useWords()
  if (error !== unknownEnding) return <Refusal error={error}>{<p>{say('again')}</p>}</Refusal>
  return (
    <section className="refusal" role="alert">
      <p>
        <strong className="file">{file}</strong> {say('ending')}
      </p>
    </section>
  )
}

function Columns({ table }: { readonly table: Table }) {
  const say = useWords()
  const { fields } = table.schema
  return (
    <details>
      <summary>{say('columns', { count: fields.length })}</summary>
      <p className="small">
        {fields.map(({ name, type = 'string', role }) => (
          <span key={name} className="field-name">
            <code>{name}</code> {spoken(say, `type.${type}`, type)}
            {role && ` · ${spoken(say, `role.${role}`, role)}`}
          </span>
        ))}
      </p>
    </details>
  )
}
