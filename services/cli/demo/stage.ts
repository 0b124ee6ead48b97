/** Where the tour is played: the demo node that runs on this home, and the project of alice that its start seeded. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Language } from '../../kernel/text.ts'
import { readServerFile } from '../../node/server-file.ts'
import { askJson, type Client, demoToken, type Setting } from '../client.ts'
import { CommandError, exits } from '../ending.ts'
import { otherPurpose } from './questions.ts'
import type { Said, Stage } from './step.ts'

export interface Playing {
  readonly setting: Setting
  readonly language: Language
  readonly signal: AbortSignal
  readonly keepsCopy?: boolean
}

/** CommandError, with what to do, when no demo node runs on this home or when its demo is empty. */
export async function openStage({ setting, language, signal, keepsCopy = false }: Playing): Promise<Stage> {
  const { home } = setting
  const ends = (said: Said) => new CommandError(said[language], exits.unavailable)
  // Only the node of this home: the tour reads the files of its log.
  const server = await readServerFile(home)
  if (server === null) throw ends(noNode(home))
  const isDemo = await access(join(home, 'keys', 'demo-issuer.json')).then(
    () => true,
    () => false,
  )
  if (!isDemo) throw ends(production(home))
  const url = server.url.replace(/\/$/, '')
  const clients = new Map<string, Client>()
  const as = async (subject: string): Promise<Client> => {
    const known = clients.get(subject)
    if (known !== undefined) return known
    const client = { url, token: await demoToken(setting, subject), language }
    clients.set(subject, client)
    return client
  }
  const project = await projectOf(await as('alice'), signal)
  if (project === null) throw ends(noProject)
  return { home, url, language, signal, project, keepsCopy, as }
}

interface Project {
  readonly id: string
  readonly status: string
  readonly purposes: readonly string[]
  readonly habilitation: string
  readonly bulle: {
    readonly status: string
    readonly tables: readonly { readonly name: string; readonly dataset: string }[]
  }
}

/** The oldest project of alice that answers: the one that the start of the node seeded. */
async function projectOf(alice: Client, signal: AbortSignal): Promise<Stage['project'] | null> {
  const { projects } = await askJson<{ projects: readonly Project[] }>(alice, 'GET /api/v1/projects', {
    signal,
  })
  const [first] = projects.filter(answers).sort((a, b) => (a.id < b.id ? -1 : 1))
  const purpose = first?.purposes[0]
  if (first === undefined || purpose === undefined) return null
  return { id: first.id, habilitation: first.habilitation, purpose }
}

function answers({ status, purposes, bulle }: Project): boolean {
  const hasPatients = bulle.tables.some(({ name, dataset }) => name === 'patients' && dataset === 'pmsi-demo')
  return status === 'active' && bulle.status === 'ready' && hasPatients && !purposes.includes(otherPurpose)
}

const noNode = (home: string): Said => ({
  fr: `aucun nœud ne tourne sur ${home}.\n→ lancez « npm start » dans un autre terminal, attendez ses adresses, puis recommencez ; HUISCLOS_HOME nomme un autre dossier.`,
  en: `no node runs on ${home}.\n→ run "npm start" in another terminal, wait for its addresses, and try again; HUISCLOS_HOME names another folder.`,
})

const production = (home: string): Said => ({
  fr: `le nœud de ${home} est en production : la visite joue le rôle de plusieurs personnes et ne se fait que sur une démonstration.\n→ sans HUISCLOS_CONFIG : HUISCLOS_HOME=./visite HUISCLOS_PORT=8081 npm start, puis HUISCLOS_HOME=./visite npx huisclos demo`,
  en: `the node of ${home} is in production: the tour plays several persons, and only on a demonstration.\n→ without HUISCLOS_CONFIG: HUISCLOS_HOME=./tour HUISCLOS_PORT=8081 npm start, then HUISCLOS_HOME=./tour npx huisclos demo`,
})

const noProject: Said = {
  fr: 'alice n’a pas ici de projet actif sur pmsi-demo : la démonstration est vide, ou son projet a été arrêté.\n→ levez la suspension, ou lancez un nœud neuf : HUISCLOS_HOME=./visite HUISCLOS_DEMO=full npm start',
  en: 'alice has no active project on pmsi-demo here: the demonstration is empty, or her project was stopped.\n→ lift the suspension, or start a new node: HUISCLOS_HOME=./tour HUISCLOS_DEMO=full npm start',
}
