import { words } from '../../text.ts'
import en from '../../words/review.en.json' with { type: 'json' }
import fr from '../../words/review.fr.json' with { type: 'json' }

/** The sentences of the queue and of the page on which a request is instructed. */
export const useReviewWords = words('review', { fr, en })
