import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { components } from '../../api.ts'
import { api, told } from '../../client.ts'
import { dayOf, numberOf } from '../../format.ts'
import { Field } from '../../parts/field.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { keep } from '../../save.ts'
import { queries } from '../../session.ts'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { readList } from './pseudonyms.ts'

const useWords = words('deposits', { fr, en })

type Filed = components['schemas']['FiledOptOuts']

/** Persons in one call, as the node takes them. */
const perCall = 5000

/** Files a list of persons who object, after it was looked through here; each call leaves a receipt to keep. */
export function FileList({ dataset }: { readonly dataset: string }) {
  const say = useWords()
  const [pseudonyms, setPseudonyms] = useState<readonly string[]>([])
  const [wrong, setWrong] = useState<string>()
  const filing = useMutation({
    mutationFn: async (all: readonly string[]) => {
      const filed: Filed[] = []
      for (let from = 0; from < all.length; from += perCall) {
        const body = { pseudonyms: all.slice(from, from + perCall) }
        const params = { path: { name: dataset } }
        filed.push(await told(api.POST('/api/v1/datasets/{name}/opt-outs', { params, body })))
      }
      return filed
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['opt-outs', dataset] }),
    onSuccess: () => setPseudonyms([]),
  })
  const choose = async (file: File | undefined) => {
    filing.reset()
    const read = readList((await file?.text()) ?? '')
    setPseudonyms('pseudonyms' in read ? read.pseudonyms : [])
    setWrong(
      'wrongLine' in read
        ? say(read.wrongLine === 0 ? 'list.empty' : 'list.wrong', { line: read.wrongLine })
        : undefined,
    )
  }
  return (
    <section aria-labelledby="list">
      <h2 id="list">{say('list')}</h2>
      <Field label={say('list.file')} help={say('list.help')} {...(wrong !== undefined && { error: wrong })}>
        {(tied) => (
          <input
            {...tied}
            type="file"
            accept=".txt,.csv"
            onChange={({ target }) => void choose(target.files?.[0])}
          />
        )}
      </Field>
      <button
        type="button"
        className="main"
        disabled={pseudonyms.length === 0 || filing.isPending}
        onClick={() => filing.mutate(pseudonyms)}
      >
        {pseudonyms.length === 0
          ? say('list.do.none')
          : say('list.do', { count: pseudonyms.length, shown: numberOf(pseudonyms.length) })}
      </button>
      {filing.error && <Refusal error={filing.error} />}
      <div role="status">
        {filing.data?.map((one, part) => (
          <FiledReceipt key={one.filed.sha256} dataset={dataset} filed={one} part={part} />
        ))}
      </div>
    </section>
  )
}

interface FiledReceiptProps {
  readonly dataset: string
  readonly filed: Filed
  /** Which call of a long list. */
  readonly part: number
}

/** The node keeps no number that would show later that this list was filed: it is given once, to be kept. */
function FiledReceipt({ dataset, filed: { domain, version, filed }, part }: FiledReceiptProps) {
  const say = useWords()
  const text = `${JSON.stringify({ domain, version, part, filed }, null, 2)}\n`
  return (
    <div className="notice">
      <p>
        <Mark tone="good">
          {say('list.filed', { persons: filed.persons, day: dayOf(filed.openProjectsBy) })}
        </Mark>
      </p>
      <p className="small">{say('entry', { seq: filed.receipt.seq, log: filed.receipt.log })}</p>
      <p>{say('list.keep')}</p>
      <button
        type="button"
        onClick={() => keep(`recu-${dataset}-${filed.receipt.seq}.json`, text, 'application/json')}
      >
        {say('list.receipt')}
      </button>
    </div>
  )
}
