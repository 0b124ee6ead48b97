/** The purpose is always in sight: project, purpose and days left, in words and colour. */
import { useQuery } from '@tanstack/react-query'
import { daysUntil } from '../format.ts'
import { projectQuery, usePurposeName } from '../projects.ts'
import { words } from '../text.ts'
import en from '../words/frame.en.json' with { type: 'json' }
import fr from '../words/frame.fr.json' with { type: 'json' }
import { Mark, type Tone } from './mark.tsx'

const useWords = words('frame', { fr, en })

export function PurposeBanner({ project }: { readonly project: string }) {
  const say = useWords()
  const { data } = useQuery(projectQuery(project))
  const nameOf = usePurposeName()
  if (!data) return null
  const days = daysUntil(data.until)
  const isActive = data.status === 'active'
  const tone: Tone = !isActive ? 'bad' : days <= 30 ? 'warn' : 'good'
  return (
    <section className={`purpose ${tone}`} aria-label={say('banner.project', { title: data.title })}>
      <strong>{say('banner.project', { title: data.title })}</strong>
      <span>{say('banner.purpose', { purposes: data.purposes.map(nameOf).join(', ') })}</span>
      <Mark tone={tone}>{isActive ? say('banner.days', { count: days }) : say('banner.ended')}</Mark>
    </section>
  )
}
