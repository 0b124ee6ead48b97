import { useState } from 'react'
import { Region } from '../../parts/region.tsx'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }

const useWords = words('deposits', { fr, en })

/** The line of a terminal that does the same as the page. */
export function CommandLine({ line }: { readonly line: string }) {
  const say = useWords()
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(line)
    setCopied(true)
  }
  return (
    <details className="command">
      <summary>{say('command')}</summary>
      <Region label={say('command')}>
        <pre>
          <code>{line}</code>
        </pre>
      </Region>
      <button type="button" onClick={() => void copy()}>
        {say('command.copy')}
      </button>{' '}
      <span role="status" className="small">
        {isCopied ? say('command.copied') : ''}
      </span>
    </details>
  )
}
