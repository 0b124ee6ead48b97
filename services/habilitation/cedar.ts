/**
 * Asks Cedar. Measured on 4.13.0: a forbid that cannot be evaluated is skipped and the answer is allow with an error
 * listed; so any error, of any kind, is a deny. Parsed policies live in the memory of the package, by name.
 */
import { setFlagsFromString } from 'node:v8'
import {
  type Context,
  type EntityJson,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs'

export interface Policy {
  readonly id: string
  readonly effect: 'permit' | 'forbid'
  /** Every annotation of the policy: id, code, titre, raison, base_legale. */
  readonly annotations: Readonly<Record<string, string>>
}

export interface Asked {
  readonly principal: Record<string, boolean | number | readonly string[]>
  readonly resource: Record<string, number | string | readonly string[]>
  readonly context: Record<string, boolean | number | string | readonly string[]>
}

export interface CedarAnswer {
  readonly effect: 'permit' | 'deny'
  /** Ids of the policies that determined the answer, in the order of the bundle; empty on a default deny. */
  readonly rules: readonly string[]
  /** Something could not be evaluated: the answer is a deny, and somebody should look. */
  readonly failed: boolean
}

export interface Cedar {
  /** In the order of the files and of the rules in them. */
  readonly policies: readonly Policy[]
  ask(asked: Asked): CedarAnswer
}

/**
 * V8 11.3 (Node 20) ends the process ("unreachable code", in the deoptimizer) when optimised code that it inlined a
 * WebAssembly call into is thrown away during the call: measured on Node 20.20.2 with this package, in three of eight runs
 * of some thousands of decisions, none of sixteen without that inlining. A decision costs the same without it.
 */
function neverInlineWebAssembly(): void {
  setFlagsFromString('--no-turbo-inline-js-wasm-calls')
}

/** Parses and validates policies against their schema, strictly. Throws an Error that names the first fault. */
export function openCedar(
  name: string,
  { schema, texts }: { schema: string; texts: readonly string[] },
): Cedar {
  neverInlineWebAssembly()
  const parsed = texts.flatMap(parts)
  const policies = parsed.map(({ policy }) => policy)
  const byId = Object.fromEntries(parsed.map(({ policy, text }) => [policy.id, text]))
  if (Object.keys(byId).length !== parsed.length) throw new Error('two policies have the same id')
  const checked = validate({ schema, policies: { staticPolicies: byId } })
  if (checked.type === 'failure') throw new Error(`policies: ${checked.errors[0]?.message}`)
  const [fault] = [...checked.validationErrors, ...checked.validationWarnings]
  if (fault !== undefined) throw new Error(`policy ${fault.policyId}: ${fault.error.message}`)
  succeed(preparseSchema(name, schema))
  succeed(preparsePolicySet(name, { staticPolicies: byId }))
  const order = policies.map(({ id }) => id)
  return { policies, ask: (asked) => answer(name, asked, order) }
}

function parts(text: string): { policy: Policy; text: string }[] {
  const split = policySetTextToParts(text)
  if (split.type === 'failure') throw new Error(`policies: ${split.errors[0]?.message}`)
  if (split.policy_templates.length > 0) throw new Error('policies hold no template')
  const found = split.policies.map((one) => {
    const json = policyToJson(one)
    if (json.type === 'failure') throw new Error(`policies: ${json.errors[0]?.message}`)
    const annotations = json.json.annotations ?? {}
    const { id } = annotations
    if (id === undefined) throw new Error('a policy has no @id')
    return { policy: { id, effect: json.json.effect, annotations }, text: one }
  })
  // The package gives them back in the order of its own names (policy10 before policy2): ours is that of the file.
  const place = (id: string) => text.indexOf(`@id("${id}")`)
  return found.sort((a, b) => place(a.policy.id) - place(b.policy.id))
}

function succeed(result: { type: 'success' } | { type: 'failure'; errors: { message: string }[] }): void {
  if (result.type === 'failure') throw new Error(`policies: ${result.errors[0]?.message}`)
}

const principal = { type: 'Person', id: 'asking' }
const resource = { type: 'Project', id: 'asked' }

function answer(name: string, asked: Asked, order: readonly string[]): CedarAnswer {
  const entities: EntityJson[] = [
    { uid: principal, attrs: asked.principal as EntityJson['attrs'], parents: [] },
    { uid: resource, attrs: asked.resource as EntityJson['attrs'], parents: [] },
  ]
  const result = statefulIsAuthorized({
    principal,
    action: { type: 'Action', id: 'query' },
    resource,
    context: asked.context as Context,
    preparsedSchemaName: name,
    validateRequest: true,
    preparsedPolicySetId: name,
    entities,
  })
  if (result.type === 'failure') return { effect: 'deny', rules: [], failed: true }
  const { decision, diagnostics } = result.response
  const failed = diagnostics.errors.length > 0
  const rules = order.filter((id) => diagnostics.reason.includes(id))
  return { effect: decision === 'allow' && !failed ? 'permit' : 'deny', rules, failed }
}
