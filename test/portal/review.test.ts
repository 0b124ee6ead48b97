/** A whole instruction by pages: secretariat, ethics, DPO, holder, the two persons of the authority, and those who stop and end. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { descriptor, draft } from '../contract/study.ts'
import { expectAccessible, openPortal, type Portal } from './portal.ts'

const hostile = '<img src=x onerror=alert(1)>'

let portal: Portal
let id: string
beforeAll(async () => {
  portal = await openPortal()
  await portal.node.call('POST', '/api/v1/datasets', { as: 'rouen', body: descriptor })
  const opened = await portal.node.call('POST', '/api/v1/habilitations', {
    as: 'paul',
    body: { ...draft, aim: `Compter. ${hostile}` },
  })
  id = opened.json.id
  await act('paul', 'submission', {})
}, 120_000)
afterAll(() => portal?.close())

const act = (as: string, command: string, body: unknown) =>
  portal.node.call('POST', `/api/v1/habilitations/${id}/${command}`, { as, body })

async function visiting(...[subject, viewing]: Parameters<Portal['as']>) {
  const visit = await portal.as(subject, viewing)
  visit.page.setDefaultTimeout(10_000)
  return visit
}

async function reviewing(subject: string, search = '') {
  const visit = await visiting(subject)
  await visit.goto(`/requests/${id}/review${search}`)
  await visit.page.getByRole('heading', { name: 'Ce que vous pouvez faire' }).waitFor()
  return visit
}

/** Opens the dialog of an act, which is then the only place. */
async function opened(page: Page, name: string | RegExp) {
  await page.getByRole('button', { name }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('heading', { level: 2 }).waitFor()
  return dialog
}

const shown = (page: Page) => page.locator('.standing').innerText()

describe('an instruction', () => {
  test('begins in the queue of the secretariat, which asks for what is missing', async () => {
    const { page, goto, complaints } = await visiting('lucie')
    await goto('/')
    await page.getByRole('link', { name: 'Instruction' }).click()
    await page.getByRole('heading', { level: 1, name: 'À instruire' }).waitFor()
    expect(await page.getByRole('row').nth(1).innerText()).toContain('vérifier qu’elle est complète')
    await expectAccessible(page)
    await page.getByRole('link', { name: draft.title }).click()
    await page.getByRole('heading', { name: 'Ce que vous pouvez faire' }).waitFor()
    await page.getByText(hostile).waitFor()
    const dialog = await opened(page, 'Demander des compléments')
    await dialog.getByLabel('Champ de la demande').selectOption('aim')
    await dialog.getByLabel('Ce que vous demandez').fill('Précisez le comptage.')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Envoyer au porteur' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await shown(page)).toContain('À compléter')
    expect(complaints).toEqual([])
  })

  test('goes on with what the lead changed, clause by clause', async () => {
    await portal.node.call('PATCH', `/api/v1/habilitations/${id}`, {
      as: 'paul',
      body: { aim: 'Compter les visites.' },
    })
    await act('paul', 'completion', {})
    const { page } = await reviewing('lucie', '?tab=changes')
    expect(await page.locator('.changes ins').innerText()).toContain('Compter les visites.')
    const dialog = await opened(page, 'Déclarer complète')
    await dialog.getByRole('button', { name: 'La demande est complète' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await shown(page)).toContain('En instruction')
  })

  test('takes the opinion of the DPO, which begins with her checklist, and a comment on one field', async () => {
    const { page, complaints } = await reviewing('nadia')
    await page.getByLabel('Données sûres').selectOption('Avec réserve')
    const dialog = await opened(page, 'Rendre un avis')
    await dialog.getByRole('radio', { name: 'Favorable', exact: true }).check()
    const comment = dialog.getByLabel('Commentaire (facultatif)')
    expect(await comment.inputValue()).toContain('Données sûres : Avec réserve.')
    await dialog.getByRole('button', { name: 'Rendre cet avis' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByText('Commenter « Titre').first().click()
    await page.getByLabel('Votre commentaire').first().fill(hostile)
    await page.getByLabel('Qui le lit').first().selectOption('Ceux qui instruisent seulement')
    await page.getByRole('button', { name: 'Publier le commentaire' }).first().click()
    await page.locator('.thread').getByText(hostile).waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })

  test('takes the answer of the holder, line by line, with what it signs in sight', async () => {
    const { page } = await reviewing('Données CHU')
    const dialog = await opened(page, 'Répondre pour visits-demo')
    await dialog.getByText('Le texte signé').click()
    expect(await dialog.locator('pre').innerText()).toContain('visits-demo')
    await dialog.getByRole('radio', { name: 'Accepter et signer' }).check()
    await dialog.getByLabel('Commentaire ou conditions (facultatif)').fill('Sans les coûts exacts.')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Envoyer la réponse' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.goto(`${portal.node.url}/requests/${id}/review?tab=said`)
    await page.getByText('Le détenteur : Sans les coûts exacts.').waitFor()
  })

  test('is decided by the keyboard alone, under a condition', async () => {
    const { page } = await reviewing('claire')
    await page.getByRole('button', { name: 'Proposer une décision' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: 'Accorder' }).focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Dans l’intérêt public.')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog.getByLabel('Valeur').focus()
    await page.keyboard.type('500')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Peu de lignes.')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Proposer' }).focus()
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'hidden' })
    // The first of two is told that the second is somebody else.
    await page.getByText('T2 : vous avez déjà fait l’un des deux pas').waitFor()
    expect(await page.getByRole('button', { name: 'Confirmer la décision' }).count()).toBe(0)
  })

  test('is confirmed by another person of the authority, who reads the conditions, and is accepted', async () => {
    const { page } = await reviewing('yves')
    const dialog = await opened(page, 'Confirmer la décision')
    expect(await dialog.innerText()).toContain('limits.rowsPerAnswer = 500')
    await dialog.getByRole('button', { name: 'Confirmer', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await shown(page)).toContain('Accordée, à accepter')
    expect((await act('paul', 'acceptance', {})).json.state).toBe('active')
  })
})

describe('the life of a permit', () => {
  test('the DPO suspends one person with a reason, and agrees to restart; the authority makes it so', async () => {
    const { page } = await reviewing('nadia')
    const stopping = await opened(page, 'Suspendre l’accès')
    await stopping.getByLabel('Partie concernée').selectOption('alice')
    await stopping.getByLabel('Raison').fill('Un doute.')
    await stopping.getByRole('button', { name: 'Suspendre maintenant' }).click()
    await stopping.waitFor({ state: 'hidden' })
    const lifting = await opened(page, 'Accepter la reprise')
    await lifting.getByRole('button', { name: 'Accepter la reprise' }).click()
    await lifting.waitFor({ state: 'hidden' })
    const second = await reviewing('claire', '?tab=said')
    await second.page.getByText('Le DPO accepte la reprise ; l’autorité manque encore.').waitFor()
    const last = await opened(second.page, 'Accepter la reprise')
    await last.getByRole('button', { name: 'Accepter la reprise' }).click()
    await last.waitFor({ state: 'hidden' })
    expect(await second.page.getByText('Suspensions en cours').count()).toBe(0)
  })

  test('the line manager confirms her person and looks at the proofs', async () => {
    const { page } = await reviewing('sylvie', '?tab=persons')
    await page.getByRole('button', { name: 'Confirmer alice' }).click()
    await page.getByText('Preuves', { exact: true }).click()
    await page.getByRole('button', { name: 'Enregistrer la preuve' }).click()
    await page.getByText(/^Enregistrée, valable jusqu’au/).waitFor()
    await expectAccessible(page)
  })

  test('what somebody else did meanwhile is refused with a sentence, and the page shows what is the case', async () => {
    const { page } = await reviewing('yves')
    const dialog = await opened(page, 'Révoquer l’accès')
    await dialog.getByLabel('Raison').fill('Détournement.')
    await act('paul', 'renunciation', {})
    await dialog.getByRole('button', { name: 'Révoquer', exact: true }).click()
    await dialog.getByRole('alert').waitFor()
    expect(await dialog.getByRole('alert').innerText()).toContain('WRONG_STATE')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Annuler' }).click()
    await page.getByText('Rien n’est attendu de vous').waitFor()
  })
})

describe('in English and in the dark', () => {
  test('the queue is empty, and says when the last request came', async () => {
    const { page, goto } = await visiting('inès', { lang: 'en', theme: 'dark' })
    await goto('/requests/queue')
    expect(await page.locator('.empty').first().innerText()).toMatch(
      /^No request here\. The last one arrived on/,
    )
    await page.getByRole('link', { name: /^All \(1\)/ }).click()
    await page.getByRole('link', { name: draft.title }).waitFor()
    expect(new URL(page.url()).searchParams.get('show')).toBe('all')
    await expectAccessible(page)
  })

  test('the page of a request reads the same', async () => {
    const { page, goto, complaints } = await visiting('claire', { lang: 'en', theme: 'dark' })
    await goto(`/requests/${id}/review?tab=said`)
    await page.getByRole('heading', { name: 'What you can do' }).waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })
})
