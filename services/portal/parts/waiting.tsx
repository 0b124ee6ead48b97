import { useEffect, useState } from 'react'
import { words } from '../text.ts'
import en from '../words/frame.en.json' with { type: 'json' }
import fr from '../words/frame.fr.json' with { type: 'json' }

const useWords = words('frame', { fr, en })

/** Says that something is on its way, once it has taken longer than the eye forgives (300 ms). */
export function Waiting({ what }: { readonly what?: string }) {
  const say = useWords()
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return (
    <p role="status" className="waiting">
      {isLong ? (what ?? say('waiting')) : ''}
    </p>
  )
}
