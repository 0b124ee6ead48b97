/** The calls of an OpenAPI document, as a fuzzer needs them: path, parameters, bodies, with every reference resolved. */

/** As much of JSON Schema 2020-12 as the document uses. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema | false
  readonly prefixItems?: readonly Schema[]
  readonly format?: string
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly schema: Schema
}

export interface Operation {
  /** As HTTP writes it: `POST`. */
  readonly method: string
  readonly path: string
  readonly query: readonly Parameter[]
  /** Absent where nothing is sent. */
  readonly body?: { readonly type: string; readonly schema: Schema }
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

interface Described {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> }
}

/** Every call of the document; of a body that may have several types, each type is a call. */
export function operationsOf({ paths }: Document): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { parameters = [], requestBody }]) => {
      const query = parameters.filter((one) => one.in === 'query')
      const plain = { method: method.toUpperCase(), path, query }
      const contents = Object.entries(requestBody?.content ?? {})
      if (contents.length === 0) return [plain]
      return contents.map(([type, { schema = {} }]) => ({ ...plain, body: { type, schema } }))
    }),
  )
}

/** What a schema refers to; an unknown reference takes everything. */
export function resolved(document: Document, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (document.components?.schemas?.[name] ?? {})
}
