/**
 * The types of the HTTP API for the portal, from the OpenAPI document: the `paths` shape that openapi-fetch reads, so that a wrong path
 * or member is a type error in a page. Only calls under /api and the register are written; pages of the house are no calls.
 */
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema | false
  readonly prefixItems?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly description?: string
  readonly format?: string
}

interface Content {
  readonly [type: string]: { readonly schema?: Schema }
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema?: Schema
}

interface Operation {
  readonly summary?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content; readonly required?: boolean }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

const named = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`)

/** The TypeScript text of `services/portal/api.ts`. */
export function apiTypes(openApi: object): string {
  const document = openApi as ApiDocument
  const calls = Object.entries(document.paths).filter(([path]) => isCall(path))
  const paths = calls.map(([path, methods]) => `  '${path}': ${pathOf(methods)}`)
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) => `    ${named(name)}: ${typeOf(schema)}`,
  )
  return [
    '/** Written by `npm run generate` from the OpenAPI document; a test holds it equal to what would be written now. */',
    'export interface paths {',
    ...paths,
    '}',
    '',
    'export interface components {',
    '  schemas: {',
    ...schemas,
    '  }',
    '}',
    '',
  ].join('\n')
}

function isCall(path: string): boolean {
  return path.startsWith('/api/') || path.endsWith('.json') || path === '/readyz' || path === '/metrics'
}

function pathOf(methods: Readonly<Record<string, Operation>>): string {
  const written = Object.entries(methods).map(([method, operation]) => `${method}: ${operationOf(operation)}`)
  return `{ ${written.join('; ')} }`
}

function operationOf({ parameters = [], requestBody, responses }: Operation): string {
  const groups = (['path', 'query', 'header'] as const).map((place) => groupOf(place, parameters))
  const body = requestBody
    ? `requestBody${requestBody.required === false ? '?' : ''}: { content: ${contentsOf(Object.entries(requestBody.content))} }`
    : 'requestBody?: never'
  const answers = Object.entries(responses).map(
    ([status, { content }]) =>
      `${status}: { headers: { [name: string]: unknown }; content: ${content ? contentOf(content) : '{ [type: string]: unknown }'} }`,
  )
  return `{ parameters: { ${groups.join('; ')} }; ${body}; responses: { ${answers.join('; ')} } }`
}

function groupOf(place: Parameter['in'], parameters: readonly Parameter[]): string {
  const own = parameters.filter((one) => one.in === place)
  if (own.length === 0) return `${place}?: never`
  const isNeeded = own.some(({ required }) => required)
  const members = own.map(
    ({ name, required, schema }) => `${named(name)}${required ? '' : '?'}: ${typeOf(schema ?? {})}`,
  )
  return `${place}${isNeeded ? '' : '?'}: { ${members.join('; ')} }`
}

/** Where a call has several forms, a page reads JSON. */
function contentOf(content: Content): string {
  const json = Object.entries(content).filter(([type]) => type === 'application/json')
  return contentsOf(json.length > 0 ? json : Object.entries(content))
}

function contentsOf(content: readonly (readonly [string, Content[string]])[]): string {
  const written = content.map(([type, { schema }]) => `'${type}': ${schema ? typeOf(schema) : 'unknown'}`)
  return `{ ${written.join('; ')} }`
}

/** JSON Schema as a type; what it does not know is `unknown`, never a guess. */
function typeOf(schema: Schema): string {
  if (schema.$ref) return `components['schemas']['${schema.$ref.split('/').at(-1)}']`
  if (schema.const !== undefined) return JSON.stringify(schema.const).replaceAll('"', "'")
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value).replaceAll('"', "'")).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return either(choices.map(typeOf))
  if (schema.allOf) return schema.allOf.map((one) => `(${typeOf(one)})`).join(' & ')
  const { type } = schema
  if (Array.isArray(type)) return either(type.map((one: string) => plainOf({ ...schema, type: one })))
  return plainOf(schema)
}

function either(types: readonly string[]): string {
  return `(${[...new Set(types)].join(' | ')})`
}

function plainOf(schema: Schema): string {
  switch (schema.type) {
    case 'string':
      return schema.format === 'binary' ? 'Blob' : 'string'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
    case 'null':
      return schema.type
    case 'array':
      return arrayOf(schema)
    case 'object':
      return objectOf(schema)
    default:
      return schema.properties ? objectOf(schema) : 'unknown'
  }
}

/** A tuple is a list of what it may hold: openapi-fetch reads it so. */
function arrayOf({ items, prefixItems }: Schema): string {
  if (prefixItems) return `(${either(prefixItems.map(typeOf))})[]`
  return `(${items ? typeOf(items) : 'unknown'})[]`
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema): string {
  const members = Object.entries(properties).map(
    ([name, schema]) => `${named(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`,
  )
  const rest =
    typeof additionalProperties === 'object'
      ? typeOf(additionalProperties)
      : additionalProperties === true || members.length === 0
        ? 'unknown'
        : undefined
  if (rest !== undefined && members.length === 0) return `{ [name: string]: ${rest} }`
  return `{ ${members.join('; ')}${rest === undefined ? '' : `; [name: string]: unknown`} }`
}
