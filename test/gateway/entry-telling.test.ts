/** Entries of the log in the words of their reader. */
import { expect, test } from '@jest/globals'
import { telling, typeLabel } from '../../services/gateway/entry-telling.ts'
import type { Account } from '../../services/identity/person.ts'

function account(issuer: string, subject: string, displayName: string): Account {
  return { issuer, subject, displayName, organisation: 'chu-rouen', roles: [], proofs: {} }
}

const accounts = [
  account('demo', 'a.martin', 'Anne Martin'),
  account('one', 'paul', 'Paul Un'),
  account('other', 'paul', 'Paul Deux'),
]
const asked = { type: 'query.intent', dataset: 'stays', purpose: 'SNDS-III-6' }

test('a sentence names the person, the data and the purpose, in the language of the reader', () => {
  const entry = { ...asked, actor: 'a.martin' }
  expect(telling(accounts, 'fr')(entry)).toEqual({
    name: 'Anne Martin',
    sentence: 'Anne Martin a été autorisé à interroger stays, pour la finalité SNDS-III-6',
  })
  expect(telling(accounts, 'en')(entry).sentence).toBe(
    'Anne Martin was allowed to query stays, for the purpose SNDS-III-6',
  )
})

test('a subject that two issuers know is given neither name', () => {
  const told = telling(accounts, 'fr')({ ...asked, actor: 'paul' })
  expect(told).toEqual({ sentence: 'paul a été autorisé à interroger stays, pour la finalité SNDS-III-6' })
})

test('who is not known is called by the subject, and nobody is said to be nobody', () => {
  expect(telling(accounts, 'fr')({ type: 'audit.read', actor: 'gone' }).sentence).toBe('gone a lu le journal')
  expect(telling(accounts, 'fr')({ type: 'audit.read', actor: null }).sentence).toBe(
    'une personne non connectée a lu le journal',
  )
})

test('a kind of entry leaves open who and what', () => {
  expect(typeLabel('query.intent', 'fr')).toBe('… a été autorisé à interroger …')
})
