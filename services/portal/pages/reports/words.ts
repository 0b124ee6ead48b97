import { words } from '../../text.ts'
import en from '../../words/reports.en.json' with { type: 'json' }
import fr from '../../words/reports.fr.json' with { type: 'json' }

/** The sentences of the reports and of their pieces. */
export const useWords = words('reports', { fr, en })
