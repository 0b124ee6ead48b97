/** What the sources of the house may hold: rules that no type and no linter knows, each with a piece of text that breaks it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Source {
  readonly file: string
  readonly text: string
}

export interface SourceRule {
  readonly name: string
  /** Each match is a fault, but in the files that are named. */
  readonly forbidden: RegExp
  readonly but?: readonly string[]
  /** Breaks the rule. */
  readonly fault: string
}

const root = join(import.meta.dirname, '..')

export function sourcesOf(folder: string): Source[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
}

/** Each as `file: what stands there`. */
export function faultsIn(sources: readonly Source[], { forbidden, but = [] }: SourceRule): string[] {
  return sources.flatMap(({ file, text }) =>
    but.includes(file)
      ? []
      : [...text.matchAll(new RegExp(forbidden, 'g'))].map(([found]) => `${file}: ${found.slice(0, 80)}`),
  )
}

/** Of `node:crypto`, what the house has a use for; nothing of it knows md5, DES, or a mode without a tag. */
export const cryptography: readonly string[] = [
  ...['createCipheriv', 'createDecipheriv', 'createHash', 'createHmac', 'hash', 'timingSafeEqual'],
  ...['randomBytes', 'randomInt', 'randomUUID', 'sign', 'verify', 'createPrivateKey', 'createPublicKey'],
  ...['generateKeyPairSync', 'KeyObject', 'webcrypto', 'X509Certificate'],
]

/** What a source takes from a module, by the names that the module gives. */
export function takenFrom(module: string, { text }: Source): string[] {
  const imports = text.matchAll(new RegExp(String.raw`import (?:type )?\{([^}]*)\} from '${module}'`, 'g'))
  return [...imports].flatMap(([, names = '']) =>
    names.split(',').flatMap((name) => /^(?:type )?(\w+)/.exec(name.trim())?.[1] ?? []),
  )
}

export const sourceRules: readonly SourceRule[] = [
  {
    name: 'hash with SHA-2 of 256 bits and more',
    forbidden: /(?:createHash|createHmac|\bhash)\((?:'(?!sha(?:256|384|512)')\w+'|"[^"]*")/,
    fault: `createHash('sha1')`,
  },
  {
    name: 'encrypt with AES-256-GCM alone',
    forbidden: /create(?:Cipher|Decipher)iv\((?!'aes-256-gcm'|cipherName)[^,)]*/,
    fault: `createCipheriv('aes-256-cbc', key, iv)`,
  },
  {
    name: 'draw nothing from a generator that can be guessed',
    forbidden: /Math\.random/,
    fault: 'Math.random()',
  },
  {
    name: 'draw at least 64 bits, and 128 for whatever is a secret',
    forbidden: /randomBytes\([0-7]\)/,
    fault: 'randomBytes(4)',
  },
  {
    name: 'verify the certificates of others, whatever is asked',
    forbidden: /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity/,
    but: ['services/node/production.ts'],
    fault: 'request({ rejectUnauthorized: false })',
  },
  {
    name: 'run no text as code',
    forbidden: /\beval\(|new Function\(|node:vm'|import\(`/,
    fault: 'eval(text)',
  },
  {
    name: 'give programs lists of arguments, and no line to a shell',
    forbidden: /\bexecSync\(|\bshell: /,
    fault: `spawn(program, { shell: true })`,
  },
  {
    name: 'ask others only where redirects are errors',
    forbidden: /[^\w.]fetch\(/,
    // Four of issuers, witnesses and keys, whose own tests lead them elsewhere; two that speak to the node of their user; one follows none;
    // and the pages, which the policy of the node holds to the node.
    but: [
      'services/identity/issuers/pinned-fetch.ts',
      'services/identity/issuers/provider.ts',
      'services/audit/witness/client.ts',
      'services/keys/vault.ts',
      'services/cli/client.ts',
      'services/cli/doctor/ask.ts',
      'services/cli/login.ts',
      'services/portal/client.ts',
    ],
    fault: '(await fetch(address))',
  },
]
