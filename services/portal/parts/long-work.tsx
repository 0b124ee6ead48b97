/** What all long work has in common: it is followed, stands in the title of the window, and tells its end to whoever asked. */
import { useEffect, useRef, useState } from 'react'
import { type Followed, useFollow } from '../follow.ts'
import { words } from '../text.ts'
import { setProgressTitle } from '../title.ts'
import en from '../words/frame.en.json' with { type: 'json' }
import fr from '../words/frame.fr.json' with { type: 'json' }
import './long-work.css'

const useWords = words('frame', { fr, en })

interface LongWorkProps {
  /** What a notification says has ended; nothing of data. */
  readonly name: string
  readonly isRunning: boolean
  /** Between 0 and 1, where it is known. */
  readonly share?: number | undefined
  readonly followed: Followed
}

/** What is over before is not long: no stream, no title, no button that comes and goes. */
const longMs = 300

/** To be on the page before the work and after it; shows a button while the work goes on. */
export function LongWork({ name, isRunning, share, followed }: LongWorkProps) {
  const say = useWords()
  const isLong = useLong(isRunning)
  useFollow(followed, isLong)
  const far = share === undefined ? say('work') : say('work.share', { share: Math.floor(share * 100) })
  useEffect(() => {
    if (!isLong) return
    setProgressTitle(far)
    return () => setProgressTitle(null)
  }, [isLong, far])
  return <Bell name={name} isRunning={isLong} />
}

/** Whether it has run for so long that it counts. */
function useLong(isRunning: boolean): boolean {
  const [isLong, setIsLong] = useState(false)
  useEffect(() => {
    if (!isRunning) return
    const timer = setTimeout(() => setIsLong(true), longMs)
    return () => {
      clearTimeout(timer)
      setIsLong(false)
    }
  }, [isRunning])
  return isLong && isRunning
}

/** A notification of the browser at the end, for whoever presses this; nobody is asked for a permission otherwise. */
function Bell({ name, isRunning }: Pick<LongWorkProps, 'name' | 'isRunning'>) {
  const say = useWords()
  const [isWanted, setIsWanted] = useState(false)
  const [isDenied, setIsDenied] = useState(false)
  const wasRunning = useRef(false)
  const over = say('work.over', { name })
  useEffect(() => {
    if (wasRunning.current && !isRunning && isWanted) {
      notify(over)
      setIsWanted(false)
    }
    wasRunning.current = isRunning
  }, [isRunning, isWanted, over])
  const press = async () => {
    if (isWanted) return setIsWanted(false)
    const answer = await Notification.requestPermission()
    setIsWanted(answer === 'granted')
    setIsDenied(answer !== 'granted')
  }
  if (!isRunning || !('Notification' in window)) return null
  return (
    <span className="bell">
      <button type="button" aria-pressed={isWanted} onClick={() => void press()}>
        {say('work.notify')}
      </button>
      <span role="status" className="small">
        {isWanted && say('work.wanted')}
        {isDenied && say('work.denied')}
      </span>
    </span>
  )
}

function notify(text: string): void {
  try {
    const notification = new Notification('huisclos', { body: text })
    notification.addEventListener('click', () => window.focus())
  } catch {
    // Some browsers of telephones notify from a worker only; the page itself says the end.
  }
}
