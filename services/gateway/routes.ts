/** The list of all calls, and the OpenAPI 3.1 document made from it. */
import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import type { House } from './house.ts'
import { problemType } from './problem.ts'
import type { Returned } from './reply.ts'
import { openRoute, type Route } from './route.ts'
import { auditRoutes } from './routes/audit.ts'
import { catalogueRoutes } from './routes/catalogue.ts'
import { contractRoutes } from './routes/contracts.ts'
import { datasetRoutes } from './routes/datasets.ts'
import { depositRoutes } from './routes/deposits.ts'
import { deviceRoutes } from './routes/devices.ts'
import { findingRoutes } from './routes/findings.ts'
import { habilitationRoutes } from './routes/habilitations.ts'
import { apiHelpRoute, helpRoutes } from './routes/help.ts'
import { identityRoutes } from './routes/identities.ts'
import { incidentRoutes } from './routes/incidents.ts'
import { keyRoutes } from './routes/keys.ts'
import { logPageRoutes } from './routes/log-page.ts'
import { loginRoutes } from './routes/login.ts'
import { logoutRoutes } from './routes/logout.ts'
import { monthRoutes } from './routes/months.ts'
import { myDataRoutes } from './routes/my-data.ts'
import { optOutRoutes } from './routes/opt-outs.ts'
import { passportRoutes } from './routes/passports.ts'
import { personRoutes } from './routes/persons.ts'
import { policyRoutes } from './routes/policies.ts'
import { portalRoutes } from './routes/portal.ts'
import { projectRoutes } from './routes/projects.ts'
import { publicRoutes } from './routes/public.ts'
import { queryRoutes } from './routes/queries.ts'
import { registerRoutes } from './routes/register.ts'
import { releaseRoutes } from './routes/releases.ts'
import { reportRoutes } from './routes/reports.ts'
import { requestRoutes } from './routes/requests.ts'
import { reviewRoutes } from './routes/review.ts'
import { savedQueryRoutes } from './routes/saved-queries.ts'
import { sessionRoutes } from './routes/session.ts'
import { heldSessionRoutes } from './routes/sessions.ts'
import { simulationRoutes } from './routes/simulation.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { twinRoutes } from './routes/twins.ts'
import { uploadRoutes } from './routes/uploads.ts'
import { verificationRoutes } from './routes/verification.ts'
import { versionRoutes } from './routes/versions.ts'
import { vocabularyRoutes } from './routes/vocabularies.ts'
import { sessionCookie } from './session-cookie.ts'

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    rule: z.string().optional(),
    location: z.object({ offset: z.number().int(), length: z.number().int() }).optional(),
    hint: z.string(),
    missing: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    receipt: z.object({ log: z.string(), seq: z.number().int(), leaf: z.string() }).optional(),
    policy: z.string().optional().meta({ description: 'The rules in force' }),
  })
  .meta({ id: 'Problem', description: 'A refusal (RFC 9457)' })

const documented: readonly Route[] = [
  ...sessionRoutes,
  ...heldSessionRoutes,
  ...identityRoutes,
  // Before the sign-in at an issuer, of which this is no name.
  ...deviceRoutes,
  ...keyRoutes,
  ...loginRoutes,
  ...logoutRoutes,
  ...passportRoutes,
  ...tokenRoutes,
  ...datasetRoutes,
  ...twinRoutes,
  ...contractRoutes,
  ...versionRoutes,
  ...depositRoutes,
  ...findingRoutes,
  ...uploadRoutes,
  ...optOutRoutes,
  ...simulationRoutes,
  ...policyRoutes,
  ...requestRoutes,
  ...personRoutes,
  ...habilitationRoutes,
  ...projectRoutes,
  ...queryRoutes,
  ...savedQueryRoutes,
  ...releaseRoutes,
  ...auditRoutes,
  ...reviewRoutes,
  ...logPageRoutes,
  ...verificationRoutes,
  ...monthRoutes,
  ...incidentRoutes,
  ...reportRoutes,
  ...vocabularyRoutes,
  ...publicRoutes,
  ...helpRoutes,
  ...portalRoutes,
  ...catalogueRoutes,
  ...myDataRoutes,
  ...registerRoutes,
]

/** Made once, when somebody first asks. */
let written: object | undefined

const openApiRoute = openRoute({
  method: 'get',
  path: '/api/v1/openapi.json',
  summary: 'This document',
  responses: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) } },
  handler: async (house) => ({ json: documentOf(house) }),
})

function documentOf({ version }: Pick<House, 'version'>): object {
  written ??= openApiDocument(version)
  return written
}

export const routes: readonly Route[] = [...documented, openApiRoute, apiHelpRoute(() => routes, documentOf)]

/** Every call, made from the same declarations that serve them. */
export function openApiDocument(version: string): object {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const one of routes) {
    paths[one.path] = { ...paths[one.path], [one.method]: operationOf(one) }
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'huisclos',
      version,
      description: 'Authorised researchers run SQL over health data that they never get to see.',
      license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        session: { type: 'apiKey', in: 'cookie', name: sessionCookie },
      },
    },
    paths: paths as ZodOpenApiPathsObject,
  })
}

function operationOf(one: Route): ZodOpenApiOperationObject {
  const answers = Object.entries(one.responses).map(([status, returned]) => [status, responseOf(returned)])
  const body = bodyOf(one)
  return {
    summary: one.summary,
    operationId: one.name.replaceAll(/[^A-Za-z0-9]+/g, '_').toLowerCase(),
    ...(one.auth ? { security: [{ bearer: [] }, { session: [] }] } : {}),
    requestParams: {
      ...(one.params instanceof z.ZodObject ? { path: one.params } : {}),
      ...(one.query instanceof z.ZodObject ? { query: one.query } : {}),
    },
    ...(body ? { requestBody: body } : {}),
    responses: {
      ...Object.fromEntries(answers),
      default: { description: 'A refusal', content: { [problemType]: { schema: problem } } },
    },
  }
}

function bodyOf(one: Route): NonNullable<ZodOpenApiOperationObject['requestBody']> | undefined {
  if (one.stream) {
    const file = { schema: { type: 'string', format: 'binary' } as const }
    return { required: true, content: Object.fromEntries(one.stream.map((type) => [type, file])) }
  }
  if (!one.body) return undefined
  const type = one.method === 'patch' ? 'application/merge-patch+json' : 'application/json'
  return { content: { [type]: { schema: one.body } } }
}

function responseOf({ description, schema, types }: Returned) {
  const names = types ?? ['application/json']
  const content = names.map((type) => [type, schema && type.includes('json') ? { schema } : {}])
  return { description, content: Object.fromEntries(content) }
}
