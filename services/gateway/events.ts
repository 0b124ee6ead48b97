/** The stream of events beside the GET of a thing whose work takes long: declared, guarded and recorded as that GET is. */
import type { z } from 'zod'
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Language } from '../kernel/text.ts'
import { type Authorisation, refusalOf } from './authorisation.ts'
import type { House } from './house.ts'
import type { Subject } from './recorded.ts'
import { type Route, route } from './route.ts'

interface Asking<P> {
  readonly by: Person
  readonly params: P
  readonly language: Language
}

interface Told<P, S> {
  /** Of the GET. */
  readonly path: string
  /** What is told, as the document says it. */
  readonly summary: string
  readonly authorisation: Authorisation
  readonly params?: z.ZodType<P>
  readonly about?: (params: P) => Subject
  /** Of what the GET answers; each event has it as its data. */
  readonly schema: z.ZodType<S>
  /** What the GET answers, with all of its refusals. */
  readonly read: (house: House, asking: Asking<P>) => Promise<unknown>
  readonly isOver: (state: S) => boolean
}

/**
 * `GET …/events`, with `Last-Event-ID`. An event `state` has what the GET would answer; `end` says that nothing more comes, and the
 * GET then says why. RATE for more streams than one person may have. The person is looked up anew each time something may be said.
 */
export function eventsOf<P, S>(told: Told<P, S>): Route {
  const { path, summary, authorisation, params, about, schema, read, isOver } = told
  return route({
    method: 'get',
    path: `${path}/events`,
    summary: `${summary}, as server-sent events while it changes; Last-Event-ID goes on`,
    authorisation,
    records: 'read',
    ...(params && { params }),
    ...(about && { about }),
    responses: { 200: { description: 'Events state and end', types: ['text/event-stream'], schema } },
    handler: async (house, { by, params: of, language, response }) => {
      response.once('close', house.limits.events(by))
      const look = async (person: Person) =>
        schema.parse(await read(house, { by: person, params: of, language }))
      const followed = {
        ...{ session: by.session, first: await look(by) },
        read: async () => look(await stillOf(house, by, authorisation)),
        isOver: (said: unknown) => isOver(said as S),
      }
      return { events: (begun) => house.events.follow(begun, followed) }
    },
  })
}

/** The same person with the account as it is now. UNAUTHENTICATED where there is none, ROLE where it may not call any more. */
async function stillOf(house: House, by: Person, { who }: Authorisation): Promise<Person> {
  const account = await house.accounts.find(by)
  if (account === null) throw new Refusal('UNAUTHENTICATED', { rule: 'account.unknown' })
  const forbidden = refusalOf(who, account, () => house.habilitation.rulebook.vocabularies.roles)
  if (forbidden) throw forbidden
  return { ...by, ...account }
}
