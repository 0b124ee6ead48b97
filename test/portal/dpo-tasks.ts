/** The ten tasks of a DPO as a script: each begins at her home page, and every click and choice counts. */
import { readFile } from 'node:fs/promises'
import { expect } from '@jest/globals'
import type { Locator, Page } from 'playwright-core'

/** A hand on the page that counts what it does; typing is no click. */
export class Hand {
  readonly page: Page
  clicks = 0

  constructor(page: Page) {
    this.page = page
  }

  async click(what: Locator): Promise<void> {
    this.clicks += 1
    await what.click()
  }

  async choose(label: string, option: string | RegExp): Promise<void> {
    this.clicks += 1
    const select = this.page.getByLabel(label, { exact: true })
    const found = select.locator('option').filter({ hasText: option }).first()
    await found.waitFor({ state: 'attached' })
    await select.selectOption((await found.getAttribute('value')) ?? '')
  }

  /** A place of the bar. */
  async go(name: string): Promise<void> {
    await this.click(this.page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }))
    await this.page.getByRole('heading', { level: 1, name }).waitFor()
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }
}

interface Task {
  readonly name: string
  readonly run: (hand: Hand) => Promise<void>
}

const entries = (page: Page) => page.locator('.entries li')

/** Waits until the page shows these lines and no other. */
async function expectLines(page: Page, text: RegExp, outcome: string): Promise<void> {
  await page.waitForFunction(
    ([pattern, word]) => {
      const lines = [...document.querySelectorAll('.entries li')].map((line) => line.textContent ?? '')
      return (
        lines.length > 0 &&
        lines.every((line) => new RegExp(pattern ?? '').test(line) && line.includes(word ?? ''))
      )
    },
    [text.source, outcome],
  )
}

/** `study` is a part of the title of the project, `dataset` the name of what it may query. */
export function tasksOf({ study, dataset }: { study: string; dataset: string }): readonly Task[] {
  return [
    {
      name: 'finds the refusals of a person',
      run: async (hand) => {
        await hand.go('Journal d’accès')
        await hand.choose('Personne', /^Bruno/)
        await hand.choose('Issue', 'refusé')
        await expectLines(hand.page, /Bruno/, 'refusé')
        expect(hand.page.url()).toContain('actor=bruno&outcome=refused')
      },
    },
    {
      name: 'finds the refusals of a project',
      run: async (hand) => {
        await hand.go('Journal d’accès')
        await hand.choose('Projet', study)
        await hand.choose('Issue', 'refusé')
        await expectLines(hand.page, /FR-NOR/, 'refusé')
      },
    },
    {
      name: 'sees who queried a dataset last week',
      run: async (hand) => {
        await hand.go('Journal d’accès')
        await hand.choose('Jeu de données', dataset)
        await hand.click(hand.page.getByRole('link', { name: '7 derniers jours' }))
        await hand.page.waitForURL(/dataset=.*from=.*to=/)
        await entries(hand.page).getByText(`Alice a été autorisé à interroger ${dataset}`).first().waitFor()
      },
    },
    {
      name: 'opens an entry in full',
      run: async (hand) => {
        await hand.go('Journal d’accès')
        await hand.choose('Personne', /^Alice/)
        await hand.click(hand.page.getByRole('link', { name: /^Alice a été autorisé/ }).first())
        const panel = hand.page.locator('.panel')
        for (const said of ['Colonnes lues', 'Règles appliquées', 'Empreinte du texte', 'SNDS-III-6'])
          await panel.getByText(said).first().waitFor()
      },
    },
    {
      name: 'unmasks a text, with a motive',
      run: async (hand) => {
        await hand.go('Journal d’accès')
        await hand.choose('Personne', /^Alice/)
        await hand.click(hand.page.getByRole('link', { name: /^Alice a été autorisé/ }).first())
        const panel = hand.page.locator('.panel')
        await panel.getByText('Texte de la question, valeurs masquées').waitFor()
        expect(await panel.innerText()).not.toContain('onerror')
        await hand.page.getByLabel('Motif de l’ouverture').fill('Une plainte reçue hier.')
        await hand.click(hand.button('Démasquer'))
        // Shown as text, whatever it looks like.
        await panel.getByText("'<img src=x onerror=alert(1)>'").waitFor()
        expect(await hand.page.locator('img[src=x]').count()).toBe(0)
      },
    },
    {
      name: 'verifies the log',
      run: async (hand) => {
        await hand.go('Journal d’accès')
        await hand.click(hand.button('Vérifier'))
        await hand.page.getByText(/Journal intègre jusqu’à l’inscription nᵒ/).waitFor()
        await hand.button('Vérifier').waitFor()
      },
    },
    {
      name: 'exports what was found to Excel',
      run: async (hand) => {
        await hand.go('Journal d’accès')
        await hand.choose('Issue', 'refusé')
        const download = hand.page.waitForEvent('download')
        await hand.click(hand.page.getByRole('link', { name: 'Excel' }))
        const file = await (await download).path()
        expect((await readFile(file)).subarray(0, 2).toString()).toBe('PK')
      },
    },
    {
      name: 'closes a finding',
      run: async (hand) => {
        await hand.go('À regarder')
        const finding = hand.page.locator('.findings li').filter({ hasText: 'une action d’un autre rôle' })
        await hand.click(finding.getByText('Clore ce constat…'))
        await hand.choose('Conclusion', 'expliqué')
        await finding.getByLabel('Motif').fill('Une visite guidée.')
        await hand.click(finding.getByRole('button', { name: 'Clore' }))
        await hand.page.getByText(/clos le .* par nadia : expliqué/).waitFor()
      },
    },
    {
      name: 'suspends a project',
      run: async (hand) => {
        await hand.go('Journal d’accès')
        await hand.click(hand.button('Suspendre le projet…'))
        await hand.page.getByRole('dialog').getByLabel('Motif').fill('Des questions que rien n’explique.')
        await hand.click(hand.button('Suspendre'))
        await hand.page.locator('.busiest .mark').filter({ hasText: 'suspendu' }).waitFor()
      },
    },
    {
      name: 'prints the register',
      run: async (hand) => {
        await hand.go('Rapports')
        const card = hand.page
          .locator('.reports li')
          .filter({ hasText: 'Registre des traitements (art. 30)' })
        await hand.click(card.getByRole('link', { name: 'Afficher' }))
        await hand.page.locator('.report table, .report dl').first().waitFor()
        await hand.page.evaluate(() => {
          window.print = () => document.body.setAttribute('data-printed', 'true')
        })
        await hand.click(hand.button('Imprimer'))
        expect(await hand.page.getAttribute('body', 'data-printed')).toBe('true')
      },
    },
  ]
}
