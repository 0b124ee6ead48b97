import { words } from '../../text.ts'
import en from '../../words/policies.en.json' with { type: 'json' }
import fr from '../../words/policies.fr.json' with { type: 'json' }

/** The sentences of the rules and of their pieces. */
export const useWords = words('policies', { fr, en })
