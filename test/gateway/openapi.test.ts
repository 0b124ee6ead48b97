import { describe, expect, test } from '@jest/globals'
import { openApiDocument, routes } from '../../services/gateway/routes.ts'

interface Operation {
  readonly summary: string
  readonly operationId: string
  readonly security?: unknown
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>
}

const document = openApiDocument('0.0.0') as {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, unknown> }
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    operation,
  })),
)

describe('the OpenAPI document', () => {
  test('is 3.1 and has every route, and no other', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(operations.map(({ name }) => name).sort()).toEqual(routes.map(({ name }) => name).sort())
  })

  test('no route is declared twice', () => {
    expect(new Set(routes.map(({ name }) => name)).size).toBe(routes.length)
  })

  test('operation ids are unique', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test.each(routes.map((one) => [one.name, one] as const))(
    '%s says who, what and how it ends',
    (name, one) => {
      const operation = operations.find((each) => each.name === name)?.operation
      expect(operation?.summary.length).toBeGreaterThan(5)
      expect(operation?.security).toEqual(one.auth ? [{ bearer: [] }, { session: [] }] : undefined)
      expect(operation?.responses.default?.content).toHaveProperty(['application/problem+json'])
      const named = [...one.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      const inPath = (operation?.parameters ?? [])
        .filter((each) => each.in === 'path')
        .map((each) => each.name)
      expect(inPath.sort()).toEqual(named.sort())
    },
  )

  test('every reference leads somewhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      (match) => match[1],
    )
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(references))
  })
})
