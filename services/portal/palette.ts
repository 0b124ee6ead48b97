/** What the palette leads to: what the API lists for this person, asked when the palette opens. */
import { useQueries, useQuery } from '@tanstack/react-query'
import type { ToOptions } from '@tanstack/react-router'
import { datasetsQuery } from './datasets.ts'
import { momentOf } from './format.ts'
import { placesOf } from './parts/places.ts'
import { projectsQuery } from './projects.ts'
import { requestsQuery, titleOf } from './requests.ts'
import { hasRole, instructing, type Me } from './session.ts'
import { language, words } from './text.ts'
import frameEn from './words/frame.en.json' with { type: 'json' }
import frameFr from './words/frame.fr.json' with { type: 'json' }
import en from './words/palette.en.json' with { type: 'json' }
import fr from './words/palette.fr.json' with { type: 'json' }
import { runsQuery } from './workshop.ts'

const useFrameWords = words('frame', { fr: frameFr, en: frameEn })
const useWords = words('palette', { fr, en })

export type Group = 'pages' | 'projects' | 'requests' | 'datasets' | 'runs'

export interface Goal {
  readonly group: Group
  /** One of a kind in the whole palette. */
  readonly key: string
  readonly label: string
  readonly detail: string
  /** A page of the portal, or the address of one that needs no script. */
  readonly to: ToOptions | string
}

interface Goals {
  readonly goals: readonly Goal[]
  readonly isWaiting: boolean
  /** Something could not be asked; the rest is there. */
  readonly isPartial: boolean
}

/** Projects whose queries are asked, and how many of each are listed. */
const mostProjects = 5
const mostRuns = 5

export function useGoals(me: Me, isOpen: boolean): Goals {
  const asked = { enabled: isOpen } as const
  const pages = usePages(me)
  const projects = useQuery({ ...projectsQuery, ...asked })
  const requests = useQuery({ ...requestsQuery, ...asked })
  const datasets = useQuery({ ...datasetsQuery(''), ...asked })
  const own = projects.data ?? []
  const runs = useQueries({
    queries: own.slice(0, mostProjects).map(({ id }) => ({ ...runsQuery(id), ...asked })),
  })
  const say = useWords()
  const sources = [projects, requests, datasets, ...runs]
  const isInstructing = hasRole(me, ...instructing)
  return {
    goals: [
      ...pages,
      ...own.flatMap(({ id, title, status }) => [
        goal('projects', {
          id,
          label: title,
          detail: id,
          to: { to: '/projects/$project', params: { project: id } },
        }),
        ...(status === 'active'
          ? [
              goal('projects', {
                id: `${id} sql`,
                label: say('workshop', { title }),
                detail: id,
                to: workshop(id),
              }),
            ]
          : []),
      ]),
      ...(requests.data ?? []).map((request) =>
        goal('requests', {
          id: request.id,
          label: titleOf(request) ?? say('untitled'),
          detail: request.id,
          to: {
            to: isInstructing ? '/requests/$request/review' : '/requests/$request',
            params: { request: request.id },
          },
        }),
      ),
      ...(datasets.data ?? []).map(({ name, title = name }) =>
        goal('datasets', {
          id: name,
          label: title,
          detail: name,
          to: `/catalogue/${name}?lang=${language()}`,
        }),
      ),
      ...runs.flatMap(({ data = [] }, at) =>
        data.slice(0, mostRuns).map(({ id, submittedAt, outcome }) =>
          goal('runs', {
            id,
            label: say('run', { at: momentOf(submittedAt), outcome: say(`outcome.${outcome}`) }),
            detail: own[at]?.title ?? '',
            to: { ...workshop(own[at]?.id ?? ''), search: { tab: 'journal' } },
          }),
        ),
      ),
    ],
    isWaiting: isOpen && sources.some(({ isLoading }) => isLoading),
    isPartial: sources.some(({ error }) => error !== null),
  }
}

function goal(group: Group, { id, ...shown }: Omit<Goal, 'group' | 'key'> & { readonly id: string }): Goal {
  return { group, key: `${group} ${id}`, ...shown }
}

function workshop(project: string) {
  return { to: '/projects/$project/sql', params: { project } } as const
}

function usePages(me: Me): readonly Goal[] {
  const say = useFrameWords()
  const lang = language()
  return [
    ...placesOf(me).map(({ to, word }) =>
      goal('pages', { id: to, label: say(word), detail: '', to: { to } }),
    ),
    ...(['catalogue', 'transparency', 'help', 'accessibility'] as const).map((word) => {
      const path = `/${word === 'transparency' ? 'transparence' : word}`
      return goal('pages', { id: path, label: say(word), detail: '', to: `${path}?lang=${lang}` })
    }),
  ]
}
