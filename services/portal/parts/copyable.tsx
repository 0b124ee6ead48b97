import { useId, useRef, useState } from 'react'
import { words } from '../text.ts'
import en from '../words/frame.en.json' with { type: 'json' }
import fr from '../words/frame.fr.json' with { type: 'json' }
import './copyable.css'

const useWords = words('frame', { fr, en })

interface CopyableProps {
  readonly label: string
  readonly text: string
}

/** A text to take away: a button copies it, and where the browser does not allow that, it is selected for the keyboard. */
export function Copyable({ label, text }: CopyableProps) {
  const say = useWords()
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const [said, setSaid] = useState('')
  const copy = async () => {
    field.current?.select()
    const isCopied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    )
    setSaid(say(isCopied ? 'copied' : 'copy-yourself'))
  }
  return (
    <div className="copyable">
      <label htmlFor={id}>{label}</label>
      <textarea
        ref={field}
        id={id}
        readOnly
        spellCheck={false}
        rows={Math.min(22, text.trimEnd().split('\n').length)}
        value={text.trimEnd()}
      />
      <p>
        <button type="button" onClick={() => void copy()}>
          {say('copy')}
        </button>{' '}
        <span role="status" className="small">
          {said}
        </span>
      </p>
    </div>
  )
}
