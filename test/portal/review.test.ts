/** A whole instruction by pages: secretariat, ethics, DPO, holder, the two persons of the authority, and those who stop and end. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { descriptor, draft } from '../contract/study.ts'
import { administer, openDatabase } from '../house.ts'
import { expectAccessible, openPortal, type Portal } from './portal.ts'

const hostile = '<img src=x onerror=alert(1)>'

let portal: Portal
let database: Awaited<ReturnType<typeof openDatabase>>
let id: string
beforeAll(async () => {
  database = await openDatabase()
  portal = await openPortal({ databaseUrl: database.url })
  // Without the standing word of his line manager he is validated, then issued.
  await administer(database.url, "UPDATE identity_account SET review_until_ms = NULL WHERE subject = 'bruno'")
  await portal.node.call('POST', '/api/v1/datasets', { as: 'rouen', body: descriptor })
  const opened = await portal.node.call('POST', '/api/v1/habilitations', {
    as: 'paul',
    body: {
      ...draft,
      aim: `Compter. ${hostile}`,
      persons: [...draft.persons, { issuer: 'demo', subject: 'bruno', profile: 'analyst' }],
    },
  })
  id = opened.json.id
  await act('paul', 'submission', {})
}, 120_000)
afterAll(async () => {
  await portal?.close()
  await database?.close()
})

const read = () => portal.node.call('GET', `/api/v1/habilitations/${id}`, { as: 'nadia' })

const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)

const act = (as: string, command: string, body: unknown) =>
  portal.node.call('POST', `/api/v1/habilitations/${id}/${command}`, { as, body })

async function reviewing(subject: string, search = '') {
  const visit = await portal.as(subject)
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
    const { page, goto, complaints } = await portal.as('lucie')
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

  test('is given more time once, for a reason', async () => {
    const { page } = await reviewing('claire')
    const dialog = await opened(page, 'Prolonger le délai')
    await dialog.getByLabel('Raison').fill(`Un avis attendu. ${hostile}`)
    await dialog.getByRole('button', { name: 'Prolonger', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('link', { name: 'Historique' }).click()
    await page.getByText('Délai prolongé').waitFor()
    expect(await page.getByRole('button', { name: 'Prolonger le délai' }).count()).toBe(0)
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

  test('the registrar issues the person whom her line manager validated', async () => {
    const marc = await reviewing('marc', '?tab=persons')
    await marc.page.getByRole('button', { name: 'Valider bruno' }).click()
    await marc.page.getByText('Validée par marc').waitFor()
    const { page } = await reviewing('rené', '?tab=persons')
    await page.getByRole('button', { name: 'Délivrer l’habilitation de bruno' }).click()
    await page.getByText('Délivrée par rene').waitFor()
    await expectAccessible(page)
  })

  test('the DPO asks from the queue that every person be confirmed until a day', async () => {
    const { page, goto } = await portal.as('nadia')
    await goto('/requests/queue')
    await page.getByLabel('Revue de toutes les personnes').fill(day(40))
    await page.getByRole('button', { name: 'Demander la revue' }).click()
    await page.getByText('Revue demandée pour 1 projet.').waitFor()
    expect(await page.getByRole('row').filter({ hasText: 'bruno' }).innerText()).toContain('encadrement')
    await expectAccessible(page)
  })

  test('a revocation that was announced is dropped by two others of the authority, each with reasons', async () => {
    expect((await act('yves', 'revocation', { reason: 'Un doute.' })).json.state).toBe('revocation_noticed')
    for (const [who, state] of [
      ['claire', 'Révocation annoncée'],
      ['odile', 'Accès ouvert'],
    ] as const) {
      const { page } = await reviewing(who)
      const dialog = await opened(page, 'Abandonner la révocation')
      await dialog.getByLabel('Raisons').fill('Le doute est levé.')
      await dialog.getByRole('button', { name: 'Abandonner', exact: true }).click()
      await dialog.waitFor({ state: 'hidden' })
      expect(await shown(page)).toContain(state)
    }
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

describe('the end of a permit', () => {
  test('the operator destroys the extract for good, and the DPO attests it', async () => {
    const { page } = await reviewing('karim')
    const dialog = await opened(page, 'Détruire l’extrait')
    expect(await dialog.innerText()).toContain('Rien ne les rend.')
    await dialog.getByRole('button', { name: 'Détruire définitivement' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await shown(page)).toContain('Fermeture en cours')
    const destroyed = async () => (await read()).json.certificate !== null
    while (!(await destroyed())) await new Promise((resolve) => setTimeout(resolve, 50))
    const last = await reviewing('nadia')
    const attesting = await opened(last.page, 'Attester la destruction')
    await expectAccessible(last.page)
    await attesting.getByRole('button', { name: 'Attester', exact: true }).click()
    await attesting.waitFor({ state: 'hidden' })
    expect(await shown(last.page)).toContain('Close')
  })
})

describe('an appeal', () => {
  test('is heard by somebody of the authority who had no part in the decision', async () => {
    const title = 'Une demande refusée'
    const begun = await portal.node.call('POST', '/api/v1/habilitations', {
      as: 'paul',
      body: { ...draft, title },
    })
    const refused = begun.json.id
    const reasons = 'Sans intérêt public.'
    for (const [as, command, body] of [
      ['paul', 'submission', {}],
      ['lucie', 'completeness', { complete: true }],
      ['rouen', 'countersignatures', { dataset: 'visits-demo', decision: 'accept' }],
      ['claire', 'decision', { decision: 'refuse', reasons }],
      ['yves', 'confirmation', {}],
      ['paul', 'appeal', { reasons: hostile }],
    ] as const)
      await portal.node.call('POST', `/api/v1/habilitations/${refused}/${command}`, { as, body })
    const barred = await portal.as('claire')
    await barred.goto(`/requests/${refused}/review`)
    await barred.page.getByText(/^T10/).waitFor()
    expect(await barred.page.getByRole('button', { name: 'Trancher le recours' }).count()).toBe(0)
    const { page, goto, complaints } = await portal.as('odile')
    await goto(`/requests/${refused}/review`)
    const dialog = await opened(page, 'Trancher le recours')
    await dialog.getByRole('radio', { name: 'Le recours est accueilli' }).check()
    await dialog.getByLabel('Raisons').fill('L’intérêt est établi.')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Trancher', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await shown(page)).toContain('Accordée, à accepter')
    expect(complaints).toEqual([])
  })
})

describe('in English and in the dark', () => {
  test('the queue is empty, and says when the last request came', async () => {
    const { page, goto } = await portal.as('inès', { lang: 'en', theme: 'dark' })
    await goto('/requests/queue')
    expect(await page.locator('.empty').first().innerText()).toMatch(
      /^No request here\. The last one arrived on/,
    )
    await page.getByRole('link', { name: /^All \(2\)/ }).click()
    await page.getByRole('link', { name: draft.title }).waitFor()
    expect(new URL(page.url()).searchParams.get('show')).toBe('all')
    await expectAccessible(page)
  })

  test('the page of a request reads the same', async () => {
    const { page, goto, complaints } = await portal.as('claire', { lang: 'en', theme: 'dark' })
    await goto(`/requests/${id}/review?tab=said`)
    await page.getByRole('heading', { name: 'What you can do' }).waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })
})
