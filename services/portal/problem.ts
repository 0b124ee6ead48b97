import type { components } from './api.ts'

export type ProblemBody = components['schemas']['Problem']

/** What the API refused or could not do, in the language of the page (RFC 9457). */
export class Problem extends Error {
  readonly body: ProblemBody

  constructor(body: ProblemBody) {
    super(body.title)
    this.name = 'Problem'
    this.body = body
  }
}

/** The node did not answer at all: no network, or it is stopping. */
export class Silence extends Error {
  constructor(cause: unknown) {
    super('no answer', { cause })
    this.name = 'Silence'
  }
}
