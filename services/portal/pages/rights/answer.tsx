import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { datasetLinesQuery } from '../../opt-outs.ts'
import { Refusal } from '../../parts/refusal.tsx'
import { useWords } from './words.ts'

/** How to answer “do you have my data?”: what can be said, what cannot, and who can. */
export function Answer() {
  const say = useWords()
  return (
    <>
      <div className="answer">
        <section aria-labelledby="know">
          <h2 id="know">{say('answer.know')}</h2>
          <ul>
            {([1, 2, 3] as const).map((n) => (
              <li key={n}>{say(`answer.know.${n}`)}</li>
            ))}
          </ul>
          <p>
            <a href="/transparence">{say('register')}</a> · <a href="/catalogue">{say('catalogue')}</a>
          </p>
        </section>
        <section aria-labelledby="not">
          <h2 id="not">{say('answer.not')}</h2>
          <ul>
            {([1, 2, 3] as const).map((n) => (
              <li key={n}>{say(`answer.not.${n}`)}</li>
            ))}
          </ul>
        </section>
      </div>
      <section aria-labelledby="do">
        <h2 id="do">{say('answer.do')}</h2>
        <ol>
          {([1, 2, 3, 4] as const).map((n) => (
            <li key={n}>{say(`answer.do.${n}`)}</li>
          ))}
        </ol>
      </section>
      <Holders />
      <Model />
    </>
  )
}

function Holders() {
  const say = useWords()
  const { data, error } = useQuery(datasetLinesQuery)
  const holders = [...new Set(data?.map(({ holder }) => holder))]
  return (
    <section aria-labelledby="holders">
      <h2 id="holders">{say('holders')}</h2>
      {error && <Refusal error={error} takesFocus={false} />}
      {data?.length === 0 && <p className="empty">{say('holders.none')}</p>}
      {holders.length > 0 && (
        <table className="holders">
          <thead>
            <tr>
              <th scope="col">{say('holder')}</th>
              <th scope="col">{say('datasets')}</th>
            </tr>
          </thead>
          <tbody>
            {holders.map((holder) => (
              <tr key={holder}>
                <th scope="row">{holder}</th>
                <td>
                  {data
                    ?.filter((one) => one.holder === holder)
                    .map(({ name, title }) => (
                      <a key={name} href={`/catalogue/${encodeURIComponent(name)}`}>
                        {title}
                      </a>
                    ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Model() {
  const say = useWords()
  const [isCopied, setCopied] = useState(false)
  const text = say('model.text', { address: `${window.location.origin}/transparence` })
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <section aria-labelledby="model">
      <h2 id="model">{say('model')}</h2>
      <blockquote className="model">{text}</blockquote>
      <p>
        <button type="button" onClick={() => void copy()}>
          {say('copy')}
        </button>{' '}
        <span role="status">{isCopied ? say('copied') : ''}</span>
      </p>
    </section>
  )
}
