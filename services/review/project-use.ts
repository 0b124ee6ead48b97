/** What is used of a project: the questions of the day, and for those who answer for it the last day each member asked. */
import { type ProjectNeeds, readProject } from '../habilitation/read.ts'
import type { Person } from '../identity/person.ts'
import { parisDay } from '../kernel/clock.ts'
import { samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Quota } from '../query/quota.ts'
import type { AuditIndex } from '../store/audit-index.ts'

export interface ProjectUseNeeds {
  readonly projects: ProjectNeeds
  readonly quota: Pick<Quota, 'used'>
  readonly auditIndex: Pick<AuditIndex, 'lastQuestions'>
}

export interface ProjectUse {
  readonly queries: {
    /** Of Europe/Paris. */
    readonly day: string
    /** Null where the permit limits none: nothing is counted then. */
    readonly used: number | null
    /** Of one day; null where the permit limits none. */
    readonly granted: number | null
  }
  /** For the lead and the DPO alone. */
  readonly members?: readonly {
    readonly issuer: string
    readonly subject: string
    /** A day of Europe/Paris: no hour is told of anybody. Null of who never asked. */
    readonly lastDay: string | null
  }[]
}

/** Refusals: NOT_FOUND of a project that this person may not see, UNAVAILABLE while the index of the log is made again. */
export async function readUse(needs: ProjectUseNeeds, by: Person, project: string): Promise<ProjectUse> {
  const { projects, quota } = needs
  await readProject(projects, by, project)
  const current = await projects.permits.current(project)
  if (current === null) throw new Refusal('NOT_FOUND')
  const { permit, lead } = current
  const day = parisDay(projects.clock.now())
  const granted = permit.limits?.queriesPerDay ?? null
  const used = granted === null ? null : await quota.used(permit.base, day)
  const queries = { day, used, granted }
  if (!by.roles.includes('dpo') && !samePerson(by, lead)) return { queries }
  const last = await needs.auditIndex.lastQuestions(permit.base)
  const members = permit.persons.map(({ issuer, subject }) => {
    const found = last.find((one) => samePerson(one, { issuer, subject }))
    return { issuer, subject, lastDay: found?.day ?? null }
  })
  return { queries, members }
}
