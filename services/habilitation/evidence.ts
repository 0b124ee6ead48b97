/** Which entry of the audit log records what happened. An entry holds codes and references; texts go sealed beside it. Pure. */
import type { Body } from '../audit/entry.ts'
import type { Happening, HappeningType } from './event.ts'
import type { State } from './matrix.ts'

type OfDocument = 'attached' | 'detached'
type EntryType = Exclude<
  Extract<Body['type'], `habilitation.${string}`>,
  `habilitation.${OfDocument | 'read'}`
>

const entryTypes: Readonly<Record<Exclude<HappeningType, OfDocument>, EntryType>> = {
  opened: 'habilitation.opened',
  changed: 'habilitation.changed',
  submitted: 'habilitation.requested',
  returned: 'habilitation.returned',
  resubmitted: 'habilitation.answered',
  completed: 'habilitation.completed',
  opinionGiven: 'habilitation.opinion',
  externalRecorded: 'habilitation.changed',
  interestsDeclared: 'habilitation.interests',
  commented: 'habilitation.commented',
  questioned: 'habilitation.returned',
  answered: 'habilitation.answered',
  extended: 'habilitation.changed',
  countersigned: 'habilitation.countersigned',
  declined: 'habilitation.declined',
  proposed: 'habilitation.proposed',
  confirmed: 'habilitation.confirmed',
  refused: 'habilitation.refused',
  granted: 'habilitation.granted',
  withdrawn: 'habilitation.withdrawn',
  lapsed: 'habilitation.withdrawn',
  appealed: 'habilitation.requested',
  appealDecided: 'habilitation.confirmed',
  escalated: 'habilitation.returned',
  suspended: 'habilitation.suspended',
  liftAgreed: 'habilitation.proposed',
  lifted: 'habilitation.lifted',
  recalled: 'habilitation.closed',
  noticed: 'habilitation.noticed',
  dismissProposed: 'habilitation.proposed',
  dismissed: 'habilitation.dismissed',
  revoked: 'habilitation.revoked',
  revocationAppealed: 'habilitation.requested',
  revocationUpheld: 'habilitation.refused',
  restored: 'habilitation.granted',
  amendmentAsked: 'habilitation.requested',
  amendmentProposed: 'habilitation.proposed',
  amendmentRefused: 'habilitation.refused',
  amended: 'habilitation.granted',
  renounced: 'habilitation.renounced',
  expired: 'habilitation.expired',
  closing: 'habilitation.closed',
  shredded: 'habilitation.closed',
  closed: 'habilitation.closed',
  grantValidated: 'habilitation.validated',
  grantIssued: 'habilitation.issued',
  grantEnded: 'habilitation.ended',
  grantReviewed: 'habilitation.reviewed',
  grantLapsed: 'habilitation.lapsed',
  reviewAsked: 'habilitation.review_asked',
  accessReviewed: 'habilitation.reviewed',
  resultsHandedIn: 'habilitation.published',
}

/** The type of the entry that is written before an event of this type. */
export function entryTypeOf(type: HappeningType): Body['type'] {
  return type === 'attached' || type === 'detached' ? `habilitation.${type}` : entryTypes[type]
}

/** The entry of one event, once it has happened: `state` is the state it leads to. */
export function entryOf(
  happening: Happening,
  { habilitation, state }: { habilitation: string; state: State },
): Body {
  const dataset = datasetOf(happening)
  if (happening.type === 'attached' || happening.type === 'detached') {
    const { attachment, sha256, bytes } = happening
    return { type: `habilitation.${happening.type}`, habilitation, state, attachment, sha256, bytes }
  }
  return {
    type: entryTypes[happening.type],
    habilitation,
    state,
    ...('permit' in happening && { permit: refOf(happening.permit) }),
    ...(dataset !== undefined && { dataset }),
  }
}

function refOf({ id, version, sha256 }: { id: string; version: number; sha256: string }) {
  return { id, version, sha256 }
}

/** The dataset that an event is about, when it is about one. */
export function datasetOf(happening: Happening): string | undefined {
  switch (happening.type) {
    case 'countersigned':
      return happening.line.dataset
    case 'declined':
    case 'escalated':
      return happening.dataset
    case 'recalled':
      return happening.line
    case 'suspended':
    case 'liftAgreed':
    case 'lifted':
      return happening.scope.line
    default:
      return undefined
  }
}
