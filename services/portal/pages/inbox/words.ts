import { words } from '../../text.ts'
import en from '../../words/inbox.en.json' with { type: 'json' }
import fr from '../../words/inbox.fr.json' with { type: 'json' }

/** The sentences of the inbox and of its pieces. */
export const useWords = words('inbox', { fr, en })
