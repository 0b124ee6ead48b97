/** What a lead follows and does once a request is sent: the timeline, questions, the project, an amendment. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { draft } from '../contract/study.ts'
import { expectAccessible, openPortal, type Portal } from './portal.ts'

let portal: Portal
/** That of the full demonstration: paul leads it, alice is a member. */
const granted = { habilitation: '', project: 'FR-NOR-2026-000001' }
beforeAll(async () => {
  portal = await openPortal({ mode: { kind: 'demo', demo: 'full' } })
  const { json } = await portal.node.call('GET', `/api/v1/projects/${granted.project}`, { as: 'paul' })
  granted.habilitation = json.habilitation
}, 180_000)
afterAll(() => portal?.close())

const lines = [
  {
    dataset: 'pmsi-demo',
    justification: 'Objet de l’étude.',
    tables: { patients: { columns: ['patient_id', 'sex'] } },
  },
]

const call = (as: string, path: string, body: object) =>
  portal.node.call('POST', `/api/v1/habilitations${path}`, { as, body })

/** A request that was sent, and what its reviewers did with it. */
async function sent(...acts: readonly (readonly [string, string, object])[]): Promise<string> {
  const opened = await call('paul', '', { ...draft, lines, title: 'Une demande' })
  await call('paul', `/${opened.json.id}/submission`, {})
  for (const [as, act, body] of acts) await call(as, `/${opened.json.id}/${act}`, body)
  return opened.json.id
}

const complete = ['lucie', 'completeness', { complete: true }] as const
const confirm = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name })

describe('a lead follows a request', () => {
  test('and always knows who has the ball, and until when', async () => {
    const { page, goto, complaints } = await portal.as('paul')
    await goto(`/requests/${await sent()}`)
    await page.getByText('Prochain geste : au secrétariat').waitFor()
    await page.getByText('Examen de complétude').waitFor()
    expect(await page.locator('.stages [aria-current]').innerText()).toContain('Complétude')
    await expectAccessible(page)
    await page.getByRole('link', { name: 'La demande' }).click()
    await page.getByText('Count visits by sex.').waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })

  test('answers the questions of those who instruct, and a comment on one field', async () => {
    const { page, goto } = await portal.as('paul')
    const items = [{ field: 'aim', comment: 'Par quel âge ?' }]
    const comment = { field: 'lines[0].justification', text: 'Trop court <b>ici</b>.' }
    const id = await sent(complete, ['lucie', 'questions', { items }], ['lucie', 'comments', comment])
    await goto(`/requests/${id}`)
    await page.getByLabel('But').fill('Par tranche de dix ans.')
    await page.getByRole('button', { name: 'Envoyer les réponses' }).click()
    await page.getByText('Par tranche de dix ans.').first().waitFor()
    await page.getByRole('link', { name: 'La demande' }).click()
    await page.getByText('Trop court <b>ici</b>.').waitFor()
    await page.getByLabel('Répondre').fill('Complété.')
    await page.getByRole('button', { name: 'Envoyer la réponse' }).click()
    await page.locator('.thread .said', { hasText: 'Complété.' }).waitFor()
    const { json } = await portal.node.call('GET', `/api/v1/habilitations/${id}`, { as: 'lucie' })
    expect(json.answers).toMatchObject([{ items: [{ field: 'aim', comment: 'Par tranche de dix ans.' }] }])
    expect(json.comments[0].messages).toHaveLength(2)
  })

  test('completes what the secretariat sent back, from the item to its field', async () => {
    const { page, goto } = await portal.as('paul')
    const items = [{ field: 'publicInterest', comment: 'Dites lequel.' }]
    const id = await sent(['lucie', 'completeness', { items }])
    await goto(`/requests/${id}`)
    await page.getByRole('link', { name: 'Intérêt public' }).click()
    await page.getByLabel('Intérêt public').fill('Un intérêt précis.')
    await page.getByText(/^✔ Enregistré/).waitFor()
    await goto(`/requests/${id}`)
    await page.getByRole('button', { name: 'Renvoyer, complétée' }).click()
    await confirm(page, 'Renvoyer').click()
    await page.getByText('Prochain geste : au secrétariat').waitFor()
  })

  test('accepts what was granted, after a confirmation, and reaches the project', async () => {
    const { page, goto } = await portal.as('paul')
    const id = await sent(
      complete,
      ['rouen', 'countersignatures', { dataset: 'pmsi-demo', decision: 'accept' }],
      ['claire', 'decision', { decision: 'grant', reasons: 'Utile.' }],
      ['yves', 'confirmation', {}],
    )
    await goto('/')
    await page.getByRole('link', { name: 'Une demande' }).first().waitFor()
    await goto(`/requests/${id}`)
    await page.getByRole('button', { name: 'Accepter le permis' }).click()
    await expectAccessible(page)
    await confirm(page, 'J’accepte').click()
    await page.getByRole('link', { name: /Ouvrir le projet FR-/ }).click()
    await page.getByRole('heading', { name: 'Bulle' }).waitFor()
  })
})

describe('a project', () => {
  test('says its purpose, its end, and what is granted to whom', async () => {
    const { page, goto, complaints } = await portal.as('paul')
    await goto('/projects')
    await expectAccessible(page)
    await goto(`/projects/${granted.project}`)
    await page.getByText('✔ Prête').waitFor()
    await page.getByText('pmsi-demo').first().waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Équipe' }).click()
    await page.getByRole('row', { name: /alice analyst Active/ }).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Permis' }).click()
    await page.getByRole('heading', { name: 'Oppositions' }).waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
  }, 90_000)

  test('shows a member her own queries, and not what is for the lead', async () => {
    const { page, goto } = await portal.as('alice', { lang: 'en', width: 390 })
    const sql = 'SELECT count(*) AS n FROM patients'
    await portal.node.call('POST', `/api/v1/projects/${granted.project}/queries`, {
      as: 'alice',
      body: { sql },
    })
    await goto(`/projects/${granted.project}?tab=queries`)
    await page.getByText('✔ Answered').waitFor()
    await expectAccessible(page)
    await goto(`/projects/${granted.project}?tab=permit`)
    await page.getByRole('heading', { name: 'Versions of the permit' }).waitFor()
    expect(await page.getByRole('heading', { name: 'Opt-outs' }).count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Renounce' }).count()).toBe(0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  })

  test('is amended as one change: nothing is stored before it is sent', async () => {
    const { page, goto } = await portal.as('paul')
    await goto(`/projects/${granted.project}?tab=permit`)
    await page.getByRole('link', { name: 'Demander un avenant' }).click()
    await page.getByLabel('Identifiant de la personne').fill('bruno')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Ajouter cette personne' }).click()
    const read = () =>
      portal.node.call('GET', `/api/v1/habilitations/${granted.habilitation}`, { as: 'paul' })
    expect((await read()).json.amendment).toBeNull()
    await page.getByRole('button', { name: 'Envoyer l’avenant' }).click()
    await page.getByText('Un avenant est en cours.').waitFor()
    await page.getByText(/bruno/).first().waitFor()
    expect((await read()).json.amendment).toMatchObject({ kind: 'amendment' })
  })

  test('hands in a publication that everybody reads, and no script of it runs', async () => {
    const { page, goto, complaints } = await portal.as('paul')
    const title = 'Durées <img src=x onerror=alert(1)>'
    await goto(`/requests/${granted.habilitation}`)
    await page.getByText('Remettre des résultats ou une publication…').click()
    await page.getByLabel('Ce que vous remettez').selectOption('publication')
    await page.getByLabel('Titre').fill(title)
    await page.getByLabel('Lien ou DOI').fill('javascript:alert(1)')
    await page.getByLabel('Résumé pour tous').fill('Les séjours raccourcissent.')
    await page.getByRole('button', { name: 'Publier' }).click()
    await page.getByRole('link', { name: 'INVALID' }).waitFor()
    await page.getByLabel('Lien ou DOI').fill('10.1234/abcd')
    await page.getByRole('button', { name: 'Publier' }).click()
    await page.getByRole('listitem').getByText(title).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Voir la page publique' }).click()
    await page.getByRole('heading', { name: 'Résultats et publications' }).waitFor()
    await page.getByText(title).waitFor()
    await page.getByRole('link', { name: 'https://doi.org/10.1234/abcd' }).waitFor()
    expect(await page.locator('img[src=x]').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('that nobody may see is an address without a page', async () => {
    const { page, goto } = await portal.as('bruno')
    await goto(`/projects/${granted.project}`)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Il n’y a rien à cette adresse')
  })
})
