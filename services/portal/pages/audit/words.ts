import { words } from '../../text.ts'
import en from '../../words/audit.en.json' with { type: 'json' }
import fr from '../../words/audit.fr.json' with { type: 'json' }

/** The sentences of the page of the log and of its pieces. */
export const useWords = words('audit', { fr, en })
