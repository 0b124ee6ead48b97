import { Link } from '@tanstack/react-router'
import { words } from '../text.ts'
import en from '../words/frame.en.json' with { type: 'json' }
import fr from '../words/frame.fr.json' with { type: 'json' }
import { PageBody } from './page.tsx'

const useWords = words('frame', { fr, en })

/** Nothing lives at this address, or not for whoever asks: both look alike. */
export function Nowhere() {
  const say = useWords()
  return (
    <PageBody title={say('nowhere.title')} lead={say('nowhere.detail')}>
      <p>
        <Link to="/">{say('home')}</Link>
      </p>
    </PageBody>
  )
}
