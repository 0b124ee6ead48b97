import { Problem } from '../problem.ts'
import { signInAgain } from '../session.ts'
import { words } from '../text.ts'
import en from '../words/frame.en.json' with { type: 'json' }
import fr from '../words/frame.fr.json' with { type: 'json' }
import { Nowhere } from './nowhere.tsx'
import { PageBody } from './page.tsx'
import { Refusal } from './refusal.tsx'

const useWords = words('frame', { fr, en })

/** What a page shows instead of itself when what it needs was refused, or when it broke. */
export function Mishap({ error }: { readonly error: unknown }) {
  const say = useWords()
  if (error instanceof Problem && error.body.code === 'NOT_FOUND') return <Nowhere />
  signInAgain(error)
  return (
    <PageBody title={say('mishap')}>
      <Refusal error={error} takesFocus={false} />
    </PageBody>
  )
}
