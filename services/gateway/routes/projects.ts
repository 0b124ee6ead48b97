import { z } from 'zod'
import { fieldRoles } from '../../dataset/descriptor.ts'
import { listProjects, readProject } from '../../habilitation/read.ts'
import { readUse } from '../../review/project-use.ts'
import { eventsOf } from '../events.ts'
import type { House } from '../house.ts'
import { type Route, route } from '../route.ts'

const params = z.strictObject({ id: z.string().max(100) })

const project = z
  .looseObject({
    id: z.string(),
    title: z.string(),
    status: z.string().meta({ description: 'The state of the permit, computed now' }),
    purposes: z.array(z.string()),
    permit: z.object({ id: z.string(), version: z.number().int(), sha256: z.string(), jws: z.string() }),
    bulle: z.object({
      status: z.enum(['preparing', 'ready', 'closed']),
      tables: z.array(
        z.object({ name: z.string(), dataset: z.string().optional(), rows: z.number().int().optional() }),
      ),
      progress: z
        .object({
          step: z.enum(['queued', 'seal']),
          dataset: z.string().optional(),
          secondsLeft: z.number().int().optional(),
        })
        .optional()
        .meta({ description: 'While it is prepared; how many rows it keeps is not told' }),
    }),
    until: z.string(),
  })
  .meta({ id: 'Project' })

const column = z.object({
  name: z.string(),
  type: z.string().meta({ description: 'DuckDB’s name of it' }),
  role: z.enum(fieldRoles).optional(),
  restrict: z
    .array(z.enum(['filter', 'group-by', 'output']))
    .optional()
    .meta({ description: 'What it may not be used for' }),
  title: z.string().optional(),
  description: z.string().optional(),
  unit: z.string().optional(),
})

const granted = z
  .object({
    name: z.string(),
    dataset: z.string().optional().meta({ description: 'Absent of a table that the project made' }),
    class: z.enum(['personal', 'public']),
    title: z.string().optional(),
    description: z.string().optional(),
    rows: z.number().int().optional().meta({ description: 'Public tables only' }),
    columns: z.array(column),
  })
  .meta({ id: 'GrantedTable' })

const use = z
  .object({
    queries: z.object({
      day: z.string().meta({ description: 'Of Europe/Paris' }),
      used: z.number().int().nullable(),
      granted: z.number().int().nullable().meta({ description: 'Of one day; null where none is set' }),
    }),
    members: z
      .array(z.object({ issuer: z.string(), subject: z.string(), lastDay: z.string().nullable() }))
      .optional()
      .meta({ description: 'To the lead and the DPO: the day each member last asked the data' }),
  })
  .meta({ id: 'ProjectUse' })

const ended: ReadonlySet<string> = new Set(['expired', 'revoked', 'renounced', 'closing', 'closed'])

/** The extract of a permit that has ended is closed to everybody from that instant, whenever its files are destroyed. */
async function withBulle(house: House, view: Awaited<ReturnType<typeof readProject>>) {
  const bulle = ended.has(view.status) ? { status: 'closed', tables: [] } : await house.bulles.status(view.id)
  return { ...view, bulle }
}

export const projectRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/projects',
    summary: 'The projects whose permit names the caller',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: {
      200: { description: 'One’s own projects', schema: z.object({ projects: z.array(project) }) },
    },
    handler: async (house, { by }) => {
      const views = await listProjects(house.habilitation, by)
      return { json: { projects: await Promise.all(views.map((view) => withBulle(house, view))) } }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/projects/{id}',
    summary: 'A project: its permit, its extract, its end',
    authorisation: { who: 'account', sees: 'project' },
    records: 'read',
    tools: true,
    params,
    about: ({ id }) => ({ project: id }),
    responses: { 200: { description: 'The project', schema: project } },
    handler: async (house, { by, params: { id } }) => ({
      json: await withBulle(house, await readProject(house.habilitation, by, id)),
    }),
  }),
  eventsOf({
    path: '/api/v1/projects/{id}',
    summary: 'A project while its extract is prepared',
    authorisation: { who: 'account', sees: 'project' },
    params,
    about: ({ id }) => ({ project: id }),
    schema: project,
    read: async (house, { by, params: { id } }) =>
      withBulle(house, await readProject(house.habilitation, by, id)),
    // One that waits for data of its holder may wait for weeks.
    isOver: ({ bulle: { status, progress } }) => status !== 'preparing' || progress === undefined,
  }),
  route({
    method: 'get',
    path: '/api/v1/projects/{id}/use',
    summary: 'What is used of a project: questions of the day; to its lead and the DPO, who asked last when',
    authorisation: { who: 'account', sees: 'project' },
    records: 'read',
    params,
    about: ({ id }) => ({ project: id }),
    responses: { 200: { description: 'Counts and days, no hour of anybody', schema: use } },
    handler: async (house, { by, params: { id } }) => {
      const { habilitation: projects, query, auditIndex } = house
      return { json: await readUse({ projects, quota: query.quota, auditIndex }, by, id) }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/projects/{id}/tables',
    summary: 'What the statements of a project may name, and what it means',
    authorisation: { who: 'account', sees: 'project' },
    records: 'read',
    params,
    about: ({ id }) => ({ project: id }),
    responses: {
      200: { description: 'Granted columns only', schema: z.object({ tables: z.array(granted) }) },
    },
    handler: async (house, { by, params: { id } }) => {
      const { status } = await readProject(house.habilitation, by, id)
      const current = await house.habilitation.permits.current(id)
      if (current === null || ended.has(status)) return { json: { tables: [] } }
      return { json: { tables: await house.bulles.tables(current) } }
    },
  }),
]
