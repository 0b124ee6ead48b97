/**
 * Who may make a call, and whom the object that it names is there for. Every guarded route says both in its declaration; the
 * first is executed before the body is read, docs/authorisation-matrix.md is written from both, and a test drives them.
 */
import type { CommandType } from '../habilitation/commands.ts'
import {
  mayChangeRules,
  mayEver,
  type Powers,
  possibleCapacities,
  type RulesAct,
  roleRefusal,
  staff,
} from '../habilitation/matrix.ts'
import { type Account, type Role, roles } from '../identity/person.ts'
import type { Code, Refusal } from '../kernel/refusal.ts'

/** Every account; whoever holds one of these roles; those whom the rules in force give a command, or a part in their change. */
type Who = 'account' | readonly Role[] | { readonly command: CommandType } | { readonly rules: RulesAct }

interface Audience {
  /** Roles for which it is there whichever tenant it belongs to. */
  readonly all: readonly Role[]
  /** Roles that a person of its own tenant holds; for these alone it is there too. */
  readonly own: readonly Role[]
  /** What everybody else is answered, word for word as for an object that nobody has. */
  readonly hidden: Code
}

const hidden = 'NOT_FOUND'
const side = ['lead', 'researcher'] as const

export const audiences = {
  /** The call names no object: it answers the house's affairs, or what is the caller's own. */
  none: { all: roles, own: [], hidden },
  /** All who may call. */
  house: { all: roles, own: [], hidden },
  /** Who deposits for the organisation that holds the dataset. */
  holder: { all: [], own: ['holder'], hidden },
  'holder-and-dpo': { all: ['dpo'], own: ['holder'], hidden },
  /** Its lead and persons; from the submission on staff, holders of its lines, and line managers of its persons. */
  request: { all: staff, own: [...side, 'holder', 'manager'], hidden },
  /** Its lead and persons, staff, and holders of its lines. */
  project: { all: staff, own: [...side, 'holder'], hidden },
  /** As a project; who may not even see it is told what anybody without a permit is told. */
  question: { all: staff, own: [...side, 'holder'], hidden: 'NO_HABILITATION' },
  /** Its lead and persons, checkers once it is asked, DPO and authority. */
  release: { all: ['dpo', 'authority', 'checker'], own: side, hidden },
  /** Its lead, the DPO, and holders of its lines. */
  objections: { all: ['dpo'], own: ['lead', 'holder'], hidden },
  /** Whoever began it. */
  author: { all: [], own: roles, hidden },
  /** Whose act the entry is, and the DPO. */
  receipt: { all: ['dpo'], own: roles, hidden },
  /** The holder of whom it tells; DPO and authority. */
  statement: { all: ['dpo', 'authority'], own: ['holder'], hidden: 'ROLE' },
  /** Oneself, one's line manager, the registrar and the DPO. */
  person: { all: ['registrar', 'dpo'], own: roles, hidden },
  /** Training and contract: the registrar. Who records the proofs of herself, or of her people, is told by their kind. */
  proof: { all: ['registrar'], own: [], hidden: 'ROLE' },
} as const satisfies Readonly<Record<string, Audience>>
export type AudienceName = keyof typeof audiences

/** What a guarded route declares. */
export interface Authorisation {
  readonly who: Who
  readonly sees: AudienceName
}

/** The roles that may call, under these rules; `account` is all of them, and accounts without any. */
export function rolesOf(who: Who, powers: () => readonly Powers[]): readonly Role[] {
  if (who === 'account') return roles
  if (isList(who)) return who
  const given = powers()
  return roles.filter((role) => {
    const held = possibleCapacities({ roles: [role] })
    return 'command' in who ? mayEver(given, held, who.command) : mayChangeRules(given, held, who.rules)
  })
}

/**
 * ROLE, with the roles that it takes, of whoever may not call; undefined of whoever may. Nothing is looked up: it depends on the
 * account alone.
 */
export function refusalOf(
  who: Who,
  by: Pick<Account, 'roles'>,
  powers: () => readonly Powers[],
): Refusal | undefined {
  if (who === 'account') return
  const wanted = rolesOf(who, powers)
  return by.roles.some((role) => wanted.includes(role)) ? undefined : roleRefusal(ruleOf(who), wanted)
}

/** The code that says as much of a hidden object as of none; undefined where nothing is hidden from who may call. */
export function hidingCode({ sees }: Authorisation): Code | undefined {
  return sees === 'none' || sees === 'house' ? undefined : audiences[sees].hidden
}

/** A declaration that holds together; thrown when the module is loaded, so that a house with such a route does not start. */
export function insistDeclared(path: string, { who, sees }: Authorisation): void {
  if (isList(who) && who.length === 0) throw new Error(`${path}: nobody may call it`)
  if (/\{/.test(path) && sees === 'none')
    throw new Error(`${path}: it names an object, and not whom it is there for`)
}

function isList(who: Who): who is readonly Role[] {
  return Array.isArray(who)
}

function ruleOf(who: Exclude<Who, 'account'>): string {
  if (isList(who)) return 'route.role'
  return 'command' in who ? `matrix.${who.command}` : 'T6'
}
