import { z } from 'zod'
import { actOn } from '../../habilitation/act.ts'
import { certificate } from '../../habilitation/certificate.ts'
import { type Command, commandBodies, type FurtherType } from '../../habilitation/commands.ts'
import { keySet, operatorOf } from '../../habilitation/keys.ts'
import { listHabilitations, readCertificate, readHabilitation, recheckPast } from '../../habilitation/read.ts'
import { listReminders } from '../../habilitation/reminders.ts'
import { revisionAsked } from '../if-match.ts'
import { pastQueries } from '../past-queries.ts'
import { openRoute, type Route, route } from '../route.ts'
import { document, meter, progress, thread } from './request-shapes.ts'
import { standing } from './request-standing.ts'

const params = z.strictObject({ id: z.string().max(100) })
const anything = z.record(z.string(), z.unknown())

const path = '/api/v1/habilitations'

/** The request as it was written, with what the state machine says of it; which members are there is up to its lead. */
export const view = z
  .looseObject({
    id: z.string(),
    state: z.string(),
    missing: z.array(z.object({ path: z.string(), message: z.string() })),
    warnings: z.array(z.object({ path: z.string(), message: z.string() })),
    projectId: z.string().nullable(),
    revision: z.number().int().meta({ description: 'How often its text was changed' }),
    completeness: progress,
    minimisation: meter,
    comments: z.array(thread),
    attachments: z.array(document),
    ...standing,
  })
  .meta({ id: 'Habilitation' })

const certified = z
  .object({
    jws: z.string(),
    sha256: z.string(),
    certificate,
    attested: z.object({ by: z.string(), at: z.string() }).nullable(),
  })
  .meta({ id: 'DestructionCertificate' })

const summaries: Readonly<Partial<Record<FurtherType, string>>> = {
  submission: 'Sends a complete draft; 422 with what is missing otherwise',
  completeness: 'The secretariat finds it complete, or asks',
  interests: 'A reviewer declares its interests, before anything else it says of the request',
  comments: 'A thread on one field, or an answer in it',
  opinions: 'An opinion of the DPO or of the ethics committee',
  countersignatures: 'A data holder answers its line',
  decision: 'A person of the authority proposes',
  confirmation: 'Another person of the authority confirms',
  acceptance: 'The lead accepts: the permit is signed and the project exists',
  suspension: 'Stops the access: whole, one line, or one person',
  closure: 'Destroys the extract and its keys; the certificate is signed',
  attestation: 'The DPO attests the destruction',
  revocation: 'Ends the access; a second person of the authority makes it final',
}

/** `POST /{id}/{command}` for every command of the machine. */
const acts = (Object.keys(commandBodies) as FurtherType[]).map((type) =>
  route({
    method: 'post',
    path: `${path}/{id}/${type}`,
    summary: summaries[type] ?? `The command “${type}” of the state machine`,
    authorisation: { who: { command: type }, sees: 'request' },
    records: 'own',
    params,
    // Commands without members may be sent without a body.
    body: z.preprocess((sent) => sent ?? {}, commandBodies[type]),
    responses: { 200: { description: 'The request after it', schema: view } },
    handler: async (house, { by, params: { id }, body }) => {
      // The union of bodies and the union of commands are made from one table; TypeScript cannot pair them by a variable.
      const command = { type, ...(body as object) } as Command
      return { json: await actOn(house.habilitation, by, { id, command }) }
    },
  }),
)

const reminder = z.object({
  habilitation: z.string(),
  title: z.string(),
  state: z.string(),
  project: z.string().nullable(),
  clock: z.string(),
  dueAt: z.string(),
  late: z.boolean(),
  notice: z.union([z.literal('late'), z.literal(90), z.literal(30), z.literal(7)]),
  turn: z.string(),
})

const rechecked = z.object({
  queries: z.array(
    z.object({
      shard: z.string(),
      seq: z.number().int(),
      at: z.string(),
      query: z.string(),
      refused: z.array(z.object({ rule: z.string(), fact: z.string() })),
    }),
  ),
})

export const habilitationRoutes: readonly Route[] = [
  route({
    method: 'post',
    path,
    summary:
      'Opens a draft; any part of the body may still be absent. `copyOf` names an older request to begin with',
    authorisation: { who: { command: 'opening' }, sees: 'none' },
    records: 'own',
    body: anything,
    responses: { 201: { description: 'The draft', schema: view } },
    handler: async (house, { by, body }) => ({
      json: await actOn(house.habilitation, by, { command: { type: 'opening', request: body } }),
    }),
  }),
  route({
    method: 'get',
    path,
    summary: 'The requests that the caller may see, newest first',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'Requests', schema: z.object({ habilitations: z.array(view) }) } },
    handler: async (house, { by }) => ({
      json: { habilitations: await listHabilitations(house.habilitation, by) },
    }),
  }),
  route({
    method: 'get',
    path: `${path}/reminders`,
    summary: 'Statutory clocks that are late or near their end, the most urgent first',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'What is due', schema: z.object({ reminders: z.array(reminder) }) } },
    handler: async (house, { by }) => ({
      json: { reminders: await listReminders(house.habilitation, by) },
    }),
  }),
  route({
    method: 'get',
    path: `${path}/{id}/recheck`,
    summary:
      'Past queries that the amendment in hand, or the version in force, would refuse; DPO and authority',
    authorisation: { who: ['dpo', 'authority'], sees: 'request' },
    records: 'read',
    params,
    responses: { 200: { description: 'Never their text', schema: rechecked } },
    handler: async (house, { by, params: { id } }) => ({
      json: { queries: await recheckPast({ ...house.habilitation, past: pastQueries(house) }, by, id) },
    }),
  }),
  route({
    method: 'get',
    path: `${path}/{id}`,
    summary: 'Reads a request with its state, what it lacks and its clocks',
    authorisation: { who: 'account', sees: 'request' },
    records: 'read',
    params,
    responses: { 200: { description: 'The request', schema: view } },
    handler: async (house, { by, params: { id } }) => ({
      json: await readHabilitation(house.habilitation, by, id),
    }),
  }),
  route({
    method: 'patch',
    path: `${path}/{id}`,
    summary:
      'Changes a draft by a JSON merge patch (RFC 7396). `If-Match` names the revision it was written on: WRONG_STATE if another came first',
    authorisation: { who: { command: 'change' }, sees: 'request' },
    records: 'own',
    params,
    body: anything,
    responses: { 200: { description: 'The changed draft', schema: view } },
    handler: async (house, { by, params: { id }, body, request }) => {
      const command = { type: 'change', patch: body, ...revisionAsked(request.get('if-match')) } as const
      return { json: await actOn(house.habilitation, by, { id, command }) }
    },
  }),
  route({
    method: 'get',
    path: `${path}/{id}/certificate`,
    summary: 'The signed certificate of destruction of a project that was closed',
    authorisation: { who: 'account', sees: 'request' },
    records: 'read',
    params,
    responses: { 200: { description: 'Token and content', schema: certified } },
    handler: async (house, { by, params: { id } }) => ({
      json: await readCertificate(house.habilitation, by, id),
    }),
  }),
  openRoute({
    method: 'get',
    path: '/.well-known/huisclos-certificate-jwks.json',
    summary: 'The keys that sign destruction certificates',
    responses: { 200: { description: 'A JSON Web Key Set', schema: z.object({ keys: z.array(anything) }) } },
    handler: async (house) => ({ json: keySet(operatorOf(house.habilitation.keys)) }),
  }),
  ...acts,
]
