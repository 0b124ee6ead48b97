/**
 * The closed list of refusals: code → room that decides it, HTTP status, SQLSTATE of the PostgreSQL door.
 * Codes are public API (contract, section 8): never renamed, never reused. Their sentences are `refusal.<code>` in
 * kernel/messages; docs/errors.md has a section for each.
 */
export const refusals = {
  UNAUTHENTICATED: { room: 'identity', status: 401, sqlstate: '28P01' },
  ROLE: { room: 'habilitation', status: 403, sqlstate: '42501' },
  CONFLICT_OF_INTEREST: { room: 'habilitation', status: 403, sqlstate: '42501' },
  NOT_FOUND: { room: 'gateway', status: 404, sqlstate: '3D000' },
  METHOD_NOT_ALLOWED: { room: 'gateway', status: 405, sqlstate: '0A000' },
  WRONG_STATE: { room: 'habilitation', status: 409, sqlstate: '42501' },
  CONFLICT: { room: 'dataset', status: 409, sqlstate: '42501' },
  TOO_LARGE: { room: 'gateway', status: 413, sqlstate: '54000' },
  UNSUPPORTED_TYPE: { room: 'gateway', status: 415, sqlstate: '0A000' },
  NOT_ACCEPTABLE: { room: 'gateway', status: 406, sqlstate: '0A000' },
  INVALID: { room: 'gateway', status: 422, sqlstate: '22023' },
  INCOMPLETE: { room: 'habilitation', status: 422, sqlstate: '22023' },
  RATE: { room: 'gateway', status: 429, sqlstate: '53400' },
  QUOTA_EXCEEDED: { room: 'habilitation', status: 429, sqlstate: '53400' },
  UNAVAILABLE: { room: 'gateway', status: 503, sqlstate: '58000' },
  NO_HABILITATION: { room: 'habilitation', status: 403, sqlstate: '42501' },
  PERMIT_INVALID: { room: 'habilitation', status: 403, sqlstate: '42501' },
  WRONG_NODE: { room: 'habilitation', status: 403, sqlstate: '42501' },
  NOT_YET_VALID: { room: 'habilitation', status: 403, sqlstate: '42501' },
  EXPIRED: { room: 'habilitation', status: 403, sqlstate: '42501' },
  SUSPENDED: { room: 'habilitation', status: 403, sqlstate: '42501' },
  REVOKED: { room: 'habilitation', status: 403, sqlstate: '42501' },
  SUPERSEDED: { room: 'habilitation', status: 403, sqlstate: '42501' },
  PURPOSE_NOT_GRANTED: { room: 'habilitation', status: 403, sqlstate: '42501' },
  PERSON_NOT_LISTED: { room: 'habilitation', status: 403, sqlstate: '42501' },
  PERSON_NOT_CLEARED: { room: 'habilitation', status: 403, sqlstate: '42501' },
  ASSURANCE_TOO_LOW: { room: 'habilitation', status: 403, sqlstate: '42501' },
  TERRITORY: { room: 'habilitation', status: 403, sqlstate: '42501' },
  LINE_CLOSED: { room: 'habilitation', status: 403, sqlstate: '42501' },
  LINKAGE_NOT_GRANTED: { room: 'habilitation', status: 403, sqlstate: '42501' },
  DOOR_NOT_GRANTED: { room: 'habilitation', status: 403, sqlstate: '42501' },
  TABULATION_ONLY: { room: 'habilitation', status: 403, sqlstate: '42501' },
  BULLE_NOT_READY: { room: 'dataset', status: 409, sqlstate: '42501' },
  SYNTAX: { room: 'query', status: 400, sqlstate: '42601' },
  ONE_STATEMENT: { room: 'query', status: 403, sqlstate: '42601' },
  STATEMENT_NOT_ALLOWED: { room: 'query', status: 403, sqlstate: '0A000' },
  COMPLEXITY: { room: 'query', status: 403, sqlstate: '54001' },
  COST: { room: 'query', status: 403, sqlstate: '54001' },
  RELATION_UNKNOWN: { room: 'query', status: 403, sqlstate: '42P01' },
  COLUMN_UNKNOWN: { room: 'query', status: 403, sqlstate: '42703' },
  COLUMN_RESTRICTED: { room: 'query', status: 403, sqlstate: '42501' },
  FUNCTION_NOT_ALLOWED: { room: 'query', status: 403, sqlstate: '42883' },
  TYPE_ERROR: { room: 'query', status: 403, sqlstate: '42804' },
  IDENTIFIER_OUTPUT: { room: 'query', status: 403, sqlstate: '42501' },
  IDENTIFIER_COMPARED: { room: 'query', status: 403, sqlstate: '42501' },
  IDENTIFIER_COMPUTED: { room: 'query', status: 403, sqlstate: '42501' },
  ROW_LEVEL: { room: 'query', status: 403, sqlstate: '42501' },
  ROW_LIMIT: { room: 'query', status: 403, sqlstate: '42501' },
  SAMPLE: { room: 'query', status: 403, sqlstate: '42501' },
  CROSS_PATIENT_JOIN: { room: 'query', status: 403, sqlstate: '42501' },
  JOIN_NOT_ALLOWED: { room: 'query', status: 403, sqlstate: '42501' },
  CROSS_PATIENT_SUBQUERY: { room: 'query', status: 403, sqlstate: '42501' },
  CROSS_PATIENT_WINDOW: { room: 'query', status: 403, sqlstate: '42501' },
  SET_OPERATION: { room: 'query', status: 403, sqlstate: '42501' },
  RECURSION: { room: 'query', status: 403, sqlstate: '42501' },
  AGG_NOT_ALLOWED: { room: 'query', status: 403, sqlstate: '42501' },
  DP_UNSUPPORTED: { room: 'query', status: 403, sqlstate: '42501' },
  BUDGET_EXHAUSTED: { room: 'query', status: 403, sqlstate: '53400' },
  WORKSPACE_NAME: { room: 'query', status: 403, sqlstate: '42P07' },
  WORKSPACE_LIMIT: { room: 'query', status: 403, sqlstate: '53400' },
  NOT_PROVEN: { room: 'query', status: 403, sqlstate: '42501' },
  QUERY_FAILED: { room: 'query', status: 403, sqlstate: '22000' },
} as const satisfies Record<string, { room: string; status: number; sqlstate: string }>

export type Code = keyof typeof refusals

/** Whether a text is a code of the list, as one read from a log, a table or a policy should be. */
export function isCode(text: string | undefined): text is Code {
  return text !== undefined && Object.hasOwn(refusals, text)
}

/** A place in the statement, in UTF-16 units of the text as it was sent, from 0. */
export interface Place {
  readonly offset: number
  readonly length: number
}

/** A sentence of kernel/messages with the names it needs. Names come from text or catalogue, never from the data. */
export interface Sentence {
  readonly key: string
  readonly with?: Readonly<Record<string, string | number>>
}

/** One item that a body or a request lacks; `path` is a JSON path such as `lines[0].dataset`. */
export interface Missing {
  readonly path: string
  readonly message: string
  /** The message where it is one of the house: a problem document says it in the language of its reader. */
  readonly sentence?: Sentence
}

export interface Facts {
  /** The policy rule or the document rule that decided. */
  readonly rule?: string
  readonly location?: Place
  /** What failed, said after the detail of the code: words of the policy and of the permit. */
  readonly fact?: Sentence
  /** Replaces the hint of the code by one that knows more. */
  readonly hint?: Sentence
  /** Names used by the sentences of the code, such as the table asked for. */
  readonly with?: Readonly<Record<string, string | number>>
  readonly missing?: readonly Missing[]
}

/**
 * The only error thrown on purpose. It says what the text, the catalogue and the policy say, never what the data say: no
 * value, literal, token or person. Whoever catches one may show it to the caller as it is.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: Code
  readonly facts: Facts

  constructor(code: Code, facts: Facts = {}, options?: { cause?: unknown }) {
    super(code, options)
    this.code = code
    this.facts = facts
  }
}
