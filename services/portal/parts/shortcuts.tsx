import { Fragment, useState } from 'react'
import { hasSingleKeys, isMac, setSingleKeys, useKnownShortcuts } from '../shortcuts.ts'
import { words } from '../text.ts'
import en from '../words/palette.en.json' with { type: 'json' }
import fr from '../words/palette.fr.json' with { type: 'json' }
import { Dialog } from './dialog.tsx'
import './palette.css'

const useWords = words('palette', { fr, en })

interface ShortcutsProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

/** The shortcuts of the page as it stands, and whether single keys do anything. */
export function Shortcuts({ isOpen, onClose }: ShortcutsProps) {
  const say = useWords()
  const known = useKnownShortcuts()
  const [isSingle, setIsSingle] = useState(hasSingleKeys)
  return (
    <Dialog title={say('shortcuts')} isOpen={isOpen} onClose={onClose}>
      <dl className="shortcuts">
        {known.map(({ keys, what }) => (
          <Fragment key={`${keys} ${what}`}>
            <dt>
              <Keys keys={keys} />
            </dt>
            <dd>{what}</dd>
          </Fragment>
        ))}
      </dl>
      <p>
        <label className="single-keys">
          <input
            type="checkbox"
            checked={isSingle}
            onChange={({ target }) => {
              setSingleKeys(target.checked)
              setIsSingle(target.checked)
            }}
          />
          {say('single-keys')}
        </label>
      </p>
      <p className="small">{say('not-while-writing')}</p>
      <button type="button" onClick={onClose}>
        {say('close')}
      </button>
    </Dialog>
  )
}

function Keys({ keys }: { readonly keys: string }) {
  const say = useWords()
  const names: Readonly<Record<string, string>> = {
    Mod: isMac ? '⌘' : 'Ctrl',
    Enter: say('key.enter'),
    Escape: say('key.escape'),
    Space: say('key.space'),
  }
  return keys.split(' ').map((together, at) => (
    <Fragment key={together}>
      {at > 0 && ` ${say('then')} `}
      {together.split('+').map((key, place) => (
        <Fragment key={key}>
          {place > 0 && ' + '}
          <kbd>{names[key] ?? key}</kbd>
        </Fragment>
      ))}
    </Fragment>
  ))
}
