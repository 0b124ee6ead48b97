import { words } from '../../text.ts'
import en from '../../words/rights.en.json' with { type: 'json' }
import fr from '../../words/rights.fr.json' with { type: 'json' }

/** The sentences of the rights desk and of its pieces. */
export const useWords = words('rights', { fr, en })
