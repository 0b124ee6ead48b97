/** What a lead follows and does once a request is sent: the timeline, questions, the project, an amendment. */
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { draft, path } from '../contract/study.ts'
import { demoProject } from '../demo-project.ts'
import { expectAccessible, openPortal, type Portal } from './portal.ts'

let portal: Portal
/** That of the full demonstration: paul leads it, alice is a member. */
const granted = { habilitation: '', project: demoProject }
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

  test('prints a whole request: all steps, folded columns too, ink on white, nothing of the page around it', async () => {
    const { page, goto, complaints } = await portal.as('paul', { theme: 'dark' })
    await goto(`/requests/${granted.habilitation}?tab=request`)
    await page.evaluate(() =>
      Object.assign(globalThis, { print: () => dispatchEvent(new Event('beforeprint')) }),
    )
    expect(await page.locator('.paper details:not([open])').count()).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'Imprimer ou enregistrer en PDF' }).press('Enter')
    expect(await page.locator('.paper details:not([open])').count()).toBe(0)
    await page.emulateMedia({ media: 'print' })
    for (const other of ['.top', 'footer', '.tabs', '.standing', '.paper button'])
      expect({ other, shown: await page.locator(other).first().isVisible() }).toEqual({ other, shown: false })
    for (const shown of ['h1', '#read-project', '#read-commitment', '.on-paper', '#documents'])
      expect({ shown, isThere: await page.locator(shown).first().isVisible() }).toEqual({
        shown,
        isThere: true,
      })
    const { color, paper } = await page.evaluate(() => {
      const { color } = getComputedStyle(document.body)
      return { color, paper: getComputedStyle(document.documentElement).getPropertyValue('--paper') }
    })
    expect({ color, paper }).toEqual({ color: 'rgb(0, 0, 0)', paper: '#fff' })
    expect((await page.pdf()).subarray(0, 5).toString()).toBe('%PDF-')
    await page.emulateMedia({ media: null })
    await page.evaluate(() => dispatchEvent(new Event('afterprint')))
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

describe('what is used of a project', () => {
  let project = ''
  const used = (as: string) => portal.node.call('GET', `/api/v1/projects/${project}/use`, { as })
  const ask = (sql: string) =>
    portal.node.call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body: { sql } })

  /** A project of its own under these limits, once its extract is there. */
  async function grantedWith(limits: object): Promise<string> {
    const opened = await call('paul', '', { ...draft, lines, title: 'Trois par jour', limits })
    let at = ''
    for (const [as, act, given] of path) {
      const body = act === 'countersignatures' ? { ...given, dataset: 'pmsi-demo' } : (given ?? {})
      at = (await call(as, `/${opened.json.id}/${act}`, body)).json.projectId ?? at
    }
    const stateOf = async () =>
      (await portal.node.call('GET', `/api/v1/projects/${at}`, { as: 'alice' })).json
    while ((await stateOf()).bulle?.status !== 'ready') await setTimeout(200)
    return at
  }

  test('is counted against the limits of its permit, and told by day to who answers for it', async () => {
    project = await grantedWith({ queriesPerDay: 3 })
    expect((await ask('SELECT sex, count(*) AS n FROM patients GROUP BY sex')).status).toBe(200)
    expect((await ask('SELECT patient_id FROM patients')).status).toBe(403)
    const day = (await used('alice')).json.queries.day
    const queries = { day, used: 1, granted: 3 }
    expect(day).toMatch(/^\d{4}-\d\d-\d\d$/)
    for (const as of ['alice', 'rouen', 'claire']) expect((await used(as)).json).toEqual({ queries })
    for (const as of ['paul', 'nadia']) {
      const { json } = await used(as)
      expect(json.queries).toEqual(queries)
      expect(json.members).toContainEqual({ issuer: 'demo', subject: 'alice', lastDay: day })
      expect(json.members.filter(({ lastDay }: { lastDay: string | null }) => lastDay !== null)).toHaveLength(
        1,
      )
    }
    expect((await used('bruno')).status).toBe(404)
    const unlimited = await portal.node.call('GET', `/api/v1/projects/${granted.project}/use`, {
      as: 'alice',
    })
    expect(unlimited.json.queries).toEqual({ day, used: null, granted: null })
  }, 60_000)

  test('is a ring beside its numbers, and the last day of each member to the lead alone', async () => {
    const { page, goto, complaints } = await portal.as('paul')
    await goto(`/projects/${project}?tab=team`)
    await page.getByText(/^Questions du .* : 1 sur 3$/).waitFor()
    await page.getByRole('columnheader', { name: 'Dernière question' }).waitFor()
    expect(await page.getByRole('row', { name: /^alice/ }).innerText()).not.toContain('aucune')
    await expectAccessible(page)
    expect(complaints).toEqual([])
    const member = await portal.as('alice')
    await member.goto(`/projects/${project}?tab=team`)
    await member.page.getByText(/1 sur 3$/).waitFor()
    expect(await member.page.getByText('Dernière question').count()).toBe(0)
  })
})

test('a page has its title before the answer that it asks for', async () => {
  const { page } = await portal.as('paul')
  let go = () => {}
  const held = new Promise<void>((resolve) => {
    go = resolve
  })
  await page.route('**/api/v1/projects', async (route) => {
    await held
    await route.continue()
  })
  await page.goto(`${portal.node.url}/projects`)
  await page.getByRole('heading', { level: 1, name: 'Projets' }).waitFor()
  expect(await page.locator('.cards').count()).toBe(0)
  go()
  await page.locator('.cards').waitFor()
  await page.unroute('**/api/v1/projects')
})
