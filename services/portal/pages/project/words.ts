import { words } from '../../text.ts'
import en from '../../words/project.en.json' with { type: 'json' }
import fr from '../../words/project.fr.json' with { type: 'json' }

export const useProjectWords = words('project', { fr, en })
