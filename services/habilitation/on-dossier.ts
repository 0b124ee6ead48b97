/** What gathers around a request: interests of its reviewers, comments on its fields, documents (governance.md 4 and 5.1). Pure. */
import { samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { CommandOf } from './commands.ts'
import type { Given, Outcome } from './guard.ts'
import { demand, happened, wrongState } from './guard.ts'
import { lacks } from './lacking.ts'
import { isField } from './request.ts'
import type { Habilitation, Thread } from './state.ts'
import { isOwnLine, roleOf, seesThread } from './threads.ts'

type Before = Habilitation

/** Far more than reviewers write by hand. */
const messagesMost = 1000
/** Far more than a study publishes. */
const resultsMost = 100

export const onDossier = {
  /** An interest that was declared stays declared: nobody takes it back to give an opinion after all. */
  interests: (before: Before, command: CommandOf<'interests'>, { by }: Given): Outcome => {
    if (before.interests.some((one) => !one.none && samePerson(one.by, by))) throw wrongState()
    const text = command.none ? '' : command.text
    return happened({ type: 'interestsDeclared', none: command.none, text })
  },

  comments: (before: Before, command: CommandOf<'comments'>, given: Given): Outcome => {
    const { by, facts } = given
    const count = before.threads.reduce((total, { messages }) => total + messages.length, 0)
    if (count >= messagesMost) throw new Refusal('QUOTA_EXCEEDED', { rule: 'comments.count' })
    const role = roleOf(before, by)
    const { thread, field, audience } =
      'thread' in command ? opened(before, command.thread, given) : started(before, command, role)
    if (role === 'holder' && !isOwnLine(before.request, field, { by, facts }))
      demand([lacks('field', 'ownLine')])
    return happened({ type: 'commented', thread, field, audience, role, text: command.text })
  },

  attachment: (before: Before, { document, most }: CommandOf<'attachment'>): Outcome => {
    if (before.attachments.length >= most) throw new Refusal('QUOTA_EXCEEDED', { rule: 'attachments.count' })
    if (!isField(document.field)) demand([lacks('field', 'unknown')])
    return happened({ type: 'attached', ...document })
  },

  detachment: (before: Before, { attachment }: CommandOf<'detachment'>): Outcome => {
    const found = before.attachments.find((one) => one.attachment === attachment)
    if (found === undefined) throw new Refusal('NOT_FOUND', { rule: 'attachment.none' })
    const { sha256, bytes } = found
    return happened({ type: 'detached', attachment, sha256, bytes })
  },

  results: ({ results }: Before, command: CommandOf<'results'>): Outcome => {
    if (results.length >= resultsMost) throw new Refusal('QUOTA_EXCEEDED', { rule: 'results.count' })
    const { kind, title, summary, link } = command
    return happened({ type: 'resultsHandedIn', kind, title, summary, link })
  },
} as const

/** A thread that this person sees; any other is not there. */
function opened(before: Before, id: string, given: Given): Thread {
  const found = before.threads.find(({ thread }) => thread === id)
  if (found === undefined || !seesThread(before, found, given)) {
    throw new Refusal('NOT_FOUND', { rule: 'thread.none' })
  }
  return found
}

type Start = Exclude<CommandOf<'comments'>, { readonly thread: string }>

/** Reviewers and holders begin; the lead answers. */
function started(before: Before, { field, audience }: Start, role: string): Omit<Thread, 'messages'> {
  if (role === 'lead') demand([lacks('thread', 'required')])
  if (!isField(field)) demand([lacks('field', 'unknown')])
  const thread = `C${before.threads.length + 1}`
  // A holder is no reviewer: what it says, the applicant reads.
  return { thread, field, audience: role === 'holder' ? 'applicant' : audience }
}
