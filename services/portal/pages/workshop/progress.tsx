import { useEffect, useState } from 'react'
import { numberOf } from '../../format.ts'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }

const useWords = words('workshop', { fr, en })

interface ProgressProps {
  readonly since: number
  /** Its turn has not come yet. */
  readonly isWaiting: boolean
  readonly isCancelling: boolean
  readonly onCancel: () => void
}

/** A query that runs: its step in words, the time that has passed, and a way to stop it. Shown once it takes longer than the eye forgives. */
export function Progress({ since, isWaiting, isCancelling, onCancel }: ProgressProps) {
  const say = useWords()
  const [now, setNow] = useState(since)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 100)
    return () => clearInterval(timer)
  }, [])
  const seconds = (now - since) / 1000
  if (seconds < 0.3) return null
  return (
    <div className="progress">
      <span role="status">{say(isWaiting ? 'run.waiting' : 'run.running')}</span>
      <span aria-hidden="true" className="elapsed">
        {numberOf(seconds, 1)} s
      </span>
      <button type="button" className="grave" disabled={isCancelling} onClick={onCancel}>
        {say('run.cancel')}
      </button>
    </div>
  )
}
