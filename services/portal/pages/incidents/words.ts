import { words } from '../../text.ts'
import en from '../../words/incidents.en.json' with { type: 'json' }
import fr from '../../words/incidents.fr.json' with { type: 'json' }

export const useWords = words('incidents', { fr, en })
