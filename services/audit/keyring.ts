/**
 * The one file of erasable secrets of the log: pseudonym keys of the shards, payload keys per (month, actor), and who is
 * behind a pseudonym. Removing a line from it is what erases.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { canonical, hmac } from '../kernel/hash.ts'
import type { Actor } from '../kernel/id.ts'
import { type Home, keyringFile, secretsOf } from './home.ts'
import type { SecretFiles } from './secret-files.ts'

const secret = z.base64()
const stored = z.strictObject({
  v: z.literal(1),
  /** Shard → key of its pseudonyms. */
  pseudonyms: z.record(z.string(), secret),
  /** `<yyyymm>/<pseudonym or ->` → AES-256 key. */
  payloads: z.record(z.string(), secret),
  /** Pseudonym → issuer and subject. */
  persons: z.record(z.string(), z.tuple([z.string(), z.string()])),
})

export class Keyring {
  readonly #path: string
  readonly #files: SecretFiles
  readonly #secrets: z.infer<typeof stored>
  readonly #known = new Map<string, string>()
  #isDirty = false
  #saving: Promise<void> = Promise.resolve()

  private constructor(
    { path, files }: { path: string; files: SecretFiles },
    secrets: z.infer<typeof stored>,
  ) {
    this.#path = path
    this.#files = files
    this.#secrets = secrets
  }

  static async open(home: Home): Promise<Keyring> {
    const path = join(home.keys, keyringFile)
    const files = secretsOf(home)
    const bytes = await files.read(path)
    const secrets = bytes
      ? stored.parse(JSON.parse(bytes.toString()))
      : { v: 1 as const, pseudonyms: {}, payloads: {}, persons: {} }
    return new Keyring({ path, files }, secrets)
  }

  /** Keyed pseudonym of a person in a shard: HMAC-SHA-256 over the canonical array of issuer and subject. */
  pseudonym(shard: string, { issuer, subject }: Actor): string {
    const person = canonical([issuer, subject])
    const known = this.#known.get(`${shard} ${person}`)
    if (known) return known
    const ps = hmac(this.#secretOf('pseudonyms', shard), person).toString('hex')
    if (!Object.hasOwn(this.#secrets.persons, ps)) {
      this.#secrets.persons[ps] = [issuer, subject]
      this.#isDirty = true
    }
    this.#known.set(`${shard} ${person}`, ps)
    return ps
  }

  /** Who is behind a pseudonym; undefined once the table is gone. */
  person(ps: string): Actor | undefined {
    const found = Object.hasOwn(this.#secrets.persons, ps) ? this.#secrets.persons[ps] : undefined
    return found && { issuer: found[0], subject: found[1] }
  }

  /** Key of the sealed contents of an actor (`-` for the system) in a month, made when there is none. */
  payloadKey(month: string, ps = '-'): Buffer {
    return this.#secretOf('payloads', `${month}/${ps}`)
  }

  /** The same key when it still exists. */
  existingPayloadKey(month: string, ps = '-'): Buffer | undefined {
    const name = `${month}/${ps}`
    const found = Object.hasOwn(this.#secrets.payloads, name) ? this.#secrets.payloads[name] : undefined
    return found === undefined ? undefined : Buffer.from(found, 'base64')
  }

  /**
   * New keys are on disk when this resolves: no entry that needs one is acknowledged before. Calls wait for one another, so
   * that an older keyring is never put in the place of a newer one, and nobody goes on while another's save is under way.
   */
  save(): Promise<void> {
    const saved = this.#saving.then(() => this.#saveOnce())
    this.#saving = saved.catch(() => undefined)
    return saved
  }

  async #saveOnce(): Promise<void> {
    if (!this.#isDirty) return
    this.#isDirty = false
    try {
      await this.#files.write(this.#path, `${JSON.stringify(this.#secrets)}\n`)
    } catch (error) {
      this.#isDirty = true
      throw error
    }
  }

  /** Forgets who was behind the pseudonyms of a shard, and what could open its sealed contents. */
  forget(shard: string): void {
    const { pseudonyms, payloads, persons } = this.#secrets
    const key = this.#secretOf('pseudonyms', shard)
    for (const [ps, person] of Object.entries(persons)) {
      if (hmac(key, canonical(person)).toString('hex') === ps) delete persons[ps]
    }
    for (const name of Object.keys(payloads)) if (name.startsWith(shard)) delete payloads[name]
    delete pseudonyms[shard]
    this.#isDirty = true
  }

  #secretOf(kind: 'pseudonyms' | 'payloads', name: string): Buffer {
    const secrets = this.#secrets[kind]
    if (!Object.hasOwn(secrets, name)) {
      secrets[name] = randomBytes(32).toString('base64')
      this.#isDirty = true
    }
    return Buffer.from(secrets[name] ?? '', 'base64')
  }
}
