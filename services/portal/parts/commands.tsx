/** What keyboard and pointer open on every page: the palette and the shortcuts, each loaded when it is first wanted. */
import { lazy, Suspense, useEffect, useState } from 'react'
import type { Me } from '../session.ts'
import { hasSingleKeys, isMac, useShortcut } from '../shortcuts.ts'
import { words } from '../text.ts'
import en from '../words/frame.en.json' with { type: 'json' }
import fr from '../words/frame.fr.json' with { type: 'json' }
import './commands.css'

const useWords = words('frame', { fr, en })

const Palette = lazy(() => import('./palette.tsx').then((part) => ({ default: part.Palette })))
const Shortcuts = lazy(() => import('./shortcuts.tsx').then((part) => ({ default: part.Shortcuts })))

type Command = 'palette' | 'shortcuts'

export function Commands({ me }: { readonly me: Me }) {
  const say = useWords()
  const [open, setOpen] = useState<Command | null>(null)
  // What was opened once stays loaded, and gives the focus back when it closes.
  const [loaded, setLoaded] = useState<readonly Command[]>([])
  const show = (command: Command) => {
    setLoaded((before) => (before.includes(command) ? before : [...before, command]))
    setOpen(command)
  }
  const close = () => setOpen(null)
  useShortcut('Mod+K', say('palette.what'))
  useShortcut('?', say('shortcuts.what'))
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const command = commandOf(event)
      if (command === null) return
      event.preventDefault()
      setLoaded((before) => (before.includes(command) ? before : [...before, command]))
      setOpen(command)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
  return (
    <div className="commands">
      <button
        type="button"
        aria-haspopup="dialog"
        aria-keyshortcuts={isMac ? 'Meta+K' : 'Control+K'}
        onClick={() => show('palette')}
      >
        {say('palette')} <kbd>{isMac ? '⌘ K' : 'Ctrl K'}</kbd>
      </button>
      <button type="button" aria-haspopup="dialog" onClick={() => show('shortcuts')}>
        <kbd>{'?'}</kbd> <span className="unseen">{say('shortcuts')}</span>
      </button>
      <Suspense>
        {loaded.includes('palette') && <Palette me={me} isOpen={open === 'palette'} onClose={close} />}
        {loaded.includes('shortcuts') && <Shortcuts isOpen={open === 'shortcuts'} onClose={close} />}
      </Suspense>
    </div>
  )
}

/** Nothing is taken from whoever writes, and a dialog that is open has the keyboard to itself. */
function commandOf(event: KeyboardEvent): Command | null {
  const { key, ctrlKey, metaKey, altKey } = event
  if (event.defaultPrevented || isWriting(event) || document.querySelector('dialog[open]')) return null
  if (key.toLowerCase() === 'k' && ctrlKey !== metaKey && !altKey) return 'palette'
  return key === '?' && !ctrlKey && !metaKey && hasSingleKeys() ? 'shortcuts' : null
}

const written = 'textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])'

/** The editor is in a shadow root: the event itself knows where it began. */
function isWriting(event: KeyboardEvent): boolean {
  const [at] = event.composedPath()
  return at instanceof HTMLElement && (at.isContentEditable || at.matches(written))
}
