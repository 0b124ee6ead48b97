/** The list of habilitated persons (order of 6 April 2017, model; MR-007 2.3.1): who may do what, from when until when. Pure. */
import { samePerson } from '../../kernel/id.ts'
import {
  accessOf,
  accountOf,
  dayOf,
  granted,
  holding,
  organisationName,
  type ReportFacts,
  type RequestFacts,
  stateWord,
  wordsOf,
} from './facts.ts'
import type { Cell, Section } from './report.ts'

export function persons(facts: ReportFacts): readonly Section[] {
  const word = wordsOf(facts.language)
  return [
    {
      key: 'organisation',
      fields: {
        node: facts.node,
        address: null,
        siret: null,
        registrationAuthority: holding(facts, 'authority'),
        delegates: holding(facts, 'secretariat'),
        granting: word('word.granting'),
        managing: word('word.managing'),
        checking: word('word.checking'),
      },
    },
    {
      key: 'persons',
      columns: [
        ...['project', 'request', 'name', 'subject', 'issuer', 'firstName', 'function', 'phone', 'email'],
        ...['employer', 'address', 'profile', 'from', 'until', 'standing', 'training', 'charter', 'review'],
      ],
      rows: granted(facts).flatMap((one) => membersOf(one, facts)),
    },
    {
      key: 'staff',
      columns: ['name', 'subject', 'issuer', 'employer', 'roles', 'training', 'charter', 'review'],
      rows: facts.accounts.map(({ displayName, subject, issuer, organisation, roles, proofs }) => [
        ...[displayName, subject, issuer, organisationName(facts, organisation), roles.join(' ; ')],
        ...[dayOf(proofs.training), dayOf(proofs.charter), dayOf(proofs.review)],
      ]),
    },
  ]
}

function membersOf(one: RequestFacts, facts: ReportFacts): readonly (readonly Cell[])[] {
  const { habilitation, state } = one
  const { project = null, id, request, stops } = habilitation
  const access = accessOf(one, facts.at)
  const last = dayOf(access === null ? undefined : access.to - 1)
  const word = wordsOf(facts.language)
  return (request.persons ?? []).map((person) => {
    const account = accountOf(facts, person)
    const isStopped = stops.some(
      ({ scope }) => scope.person !== undefined && samePerson(scope.person, person),
    )
    const until = person.until !== undefined && last !== null && person.until < last ? person.until : last
    const proofs = account?.proofs ?? {}
    return [
      ...[project, id, account?.displayName ?? null, person.subject, person.issuer, null, null, null, null],
      ...[account === undefined ? null : organisationName(facts, account.organisation), null],
      ...[person.profile, dayOf(access?.from), until],
      isStopped ? word('word.suspended') : stateWord(state, facts.language),
      ...[dayOf(proofs.training), dayOf(proofs.charter), dayOf(proofs.review)],
    ]
  })
}
