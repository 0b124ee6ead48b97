import { useQuery } from '@tanstack/react-query'
import { type DragEvent, useState } from 'react'
import { type DatasetShown, type Deposit, type Table, tablesOf } from '../../deposits.ts'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { acceptedEndings, tableFor } from './file-type.ts'
import { isUnfinished, uploadsQuery } from './sending.ts'
import { TableFile } from './table-file.tsx'
import { useSendings } from './use-sendings.ts'

const useWords = words('deposits', { fr, en })

interface FilesProps {
  readonly dataset: DatasetShown
  readonly deposit: Deposit
}

/** One place to drop all files on, and one for each table. */
export function Files({ dataset, deposit }: FilesProps) {
  const say = useWords()
  const tables = tablesOf(dataset)
  const sendings = useSendings(deposit.id)
  const [strays, setStrays] = useState<readonly File[]>([])
  const { data: uploads = [] } = useQuery(uploadsQuery)
  const take = (files: readonly File[]) => {
    const placed = files.map((file) => ({ file, table: tableFor(file.name, tables) }))
    for (const { file, table } of placed) if (table !== null) sendings.send(table, file)
    setStrays((before) => [...before, ...placed.flatMap(({ file, table }) => (table === null ? [file] : []))])
  }
  const place = (file: File, table: string) => {
    setStrays((before) => before.filter((one) => one !== file))
    if (table !== '') sendings.send(table, file)
  }
  return (
    <section aria-labelledby="files">
      <h2 id="files">{say('files')}</h2>
      <DropZone onFiles={take} />
      {strays.length > 0 && <Strays files={strays} tables={tables} onPlace={place} />}
      <ul className="tables">
        {tables.map((table) => (
          <TableFile
            key={table.name}
            deposit={deposit}
            table={table}
            sending={sendings.states[table.name]}
            begun={uploads.find(
              (one) => one.deposit === deposit.id && one.table === table.name && isUnfinished(one),
            )}
            onFile={(file) => sendings.send(table.name, file)}
            onPause={() => sendings.pause(table.name)}
            onResume={() => sendings.resume(table.name)}
          />
        ))}
      </ul>
    </section>
  )
}

function DropZone({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const say = useWords()
  const [isOver, setOver] = useState(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    onFiles([...event.dataTransfer.files])
  }
  const over = (event: DragEvent) => {
    event.preventDefault()
    setOver(true)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way; the button inside does the same
    <div
      className={isOver ? 'drop over' : 'drop'}
      onDrop={drop}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
    >
      <label htmlFor="all-files">{say('drop')}</label>
      <input
        id="all-files"
        type="file"
        multiple
        accept={acceptedEndings}
        aria-describedby="drop-help"
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])])
          target.value = ''
        }}
      />
      <p id="drop-help" className="help">
        {say('drop.help')}
      </p>
    </div>
  )
}

interface StraysProps {
  readonly files: readonly File[]
  readonly tables: readonly Table[]
  readonly onPlace: (file: File, table: string) => void
}

/** Files whose name says nothing of their table: whoever sends them says it. */
function Strays({ files, tables, onPlace }: StraysProps) {
  const say = useWords()
  return (
    <div className="notice" role="status">
      <p>{say('strays')}</p>
      {files.map((file, at) => (
        <div key={`${file.name} ${file.size} ${file.lastModified}`} className="stray">
          <label htmlFor={`stray-${at}`}>{file.name}</label>
          <select id={`stray-${at}`} defaultValue="" onChange={({ target }) => onPlace(file, target.value)}>
            <option value="" disabled>
              {say('strays.choose')}
            </option>
            {tables.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <button type="button" onClick={() => onPlace(file, '')}>
            {say('strays.drop')}
            <span className="unseen"> : {file.name}</span>
          </button>
        </div>
      ))}
    </div>
  )
}
