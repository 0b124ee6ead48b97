/** Step 4: what step 2 refused is asked for, walks through everybody whose turn it is, is answered, and ends. */
import { setTimeout as pause } from 'node:timers/promises'
import { demoIssuer } from '../../identity/demo-accounts.ts'
import { addDays, parisDay, systemClock } from '../../kernel/clock.ts'
import { askJson } from '../client.ts'
import { asTyped, byDepartment, otherPurpose, put, refusalOf } from './questions.ts'
import { insist, type Said, type Stage, type Step } from './step.ts'

/** What a request has become after an act on it. */
interface Request {
  readonly id: string
  readonly state: string
  readonly projectId: string | null
}

/** One act of one person, and the state that it must lead to. */
interface Act {
  readonly by: string
  readonly call: string
  readonly body: object
  readonly state: string
  readonly said: Said
}

const acts: readonly Act[] = [
  {
    by: 'paul',
    call: 'submission',
    body: {},
    state: 'received',
    said: { fr: 'paul, porteur, dépose sa demande', en: 'paul, the lead, submits his request' },
  },
  {
    by: 'lucie',
    call: 'completeness',
    body: { complete: true },
    state: 'under_assessment',
    said: { fr: 'lucie, secrétariat, la dit complète', en: 'lucie, of the secretariat, finds it complete' },
  },
  {
    by: 'rouen',
    call: 'countersignatures',
    body: { dataset: 'pmsi-demo', decision: 'accept' },
    state: 'under_assessment',
    said: { fr: 'rouen, l’hôpital, contresigne la ligne', en: 'rouen, the hospital, countersigns the line' },
  },
  {
    by: 'claire',
    call: 'decision',
    body: { decision: 'grant', reasons: 'Visite guidée · guided tour' },
    state: 'under_assessment',
    said: { fr: 'claire, autorité, propose d’accorder', en: 'claire, of the authority, proposes to grant' },
  },
  {
    by: 'yves',
    call: 'confirmation',
    body: {},
    state: 'pre_permit',
    said: { fr: 'yves, une autre personne, confirme', en: 'yves, another person, confirms' },
  },
  {
    by: 'paul',
    call: 'acceptance',
    body: {},
    state: 'active',
    said: { fr: 'paul accepte, le permis est signé', en: 'paul accepts, the permit is signed' },
  },
]

/** The node is left as it was found: the permit of the tour ends with the step. */
const endings: readonly Act[] = [
  {
    by: 'paul',
    call: 'renunciation',
    body: {},
    state: 'renounced',
    said: { fr: 'paul renonce, l’accès s’arrête', en: 'paul renounces, access stops' },
  },
  {
    by: 'karim',
    call: 'closure',
    body: {},
    state: 'closing',
    said: {
      fr: 'karim, exploitant, clôt : extrait et clés détruits, certificat signé',
      en: 'karim, the operator, closes: extract and keys destroyed, certificate signed',
    },
  },
  {
    by: 'nadia',
    call: 'attestation',
    body: {},
    state: 'closed',
    said: {
      fr: 'nadia, déléguée à la protection des données, en atteste',
      en: 'nadia, data protection officer, attests to it',
    },
  },
]

/** The request of alice's project, for another purpose, of one column, for thirty days and paul alone. */
function requestOf({ project, language }: Stage): object {
  const today = parisDay(systemClock.now())
  const title: Said = {
    fr: 'Visite guidée : dépenses par département',
    en: 'Guided tour: spending by department',
  }
  const why: Said = { fr: 'Compter par département.', en: 'Counting by department.' }
  return {
    copyOf: project.habilitation,
    title: title[language],
    routeReference: 'DEMO-VISITE',
    purposes: [otherPurpose],
    lines: [
      {
        dataset: 'pmsi-demo',
        justification: why[language],
        tables: { patients: { columns: ['department'] } },
      },
    ],
    persons: [{ issuer: demoIssuer, subject: 'paul', profile: 'analyst' }],
    accessPeriod: { from: today, until: addDays(today, 30) },
  }
}

const base = '/api/v1/habilitations'

const header = '-H "Authorization: Bearer $(npx huisclos token --as $1)" -H "Content-Type: application/json"'
const member = 'member() { node -p "JSON.parse(require(\'fs\').readFileSync(0)).$1"; }'

const asCalled = ({ by, call, body }: Act) => `post ${by} /$ID/${call} '${JSON.stringify(body)}'`

/** The whole step as somebody types it: two functions of its own, then one line per act. */
function asTypedAll(stage: Stage): readonly string[] {
  const opening = `post paul "" '${JSON.stringify(requestOf(stage))}'`
  const question = { project: '$PROJECT', purpose: otherPurpose, sql: byDepartment }
  return [
    `post() { curl -s ${header} -d "$3" ${stage.url}${base}$2; }`,
    member,
    `ID=$(${opening} | member id)`,
    ...acts.map((one) =>
      one.state === 'active' ? `PROJECT=$(${asCalled(one)} | member projectId)` : asCalled(one),
    ),
    asTyped('paul', question),
    ...endings.map(asCalled),
  ]
}

async function act(stage: Stage, id: string, { by, call, body, state }: Act): Promise<Request> {
  const { signal } = stage
  const done = await askJson<Request>(await stage.as(by), `POST ${base}/${id}/${call}`, { body, signal })
  insist(done.state === state, {
    fr: `après « ${call} » de ${by}, la demande est « ${done.state} » au lieu de « ${state} »`,
    en: `after "${call}" of ${by} the request is "${done.state}" instead of "${state}"`,
  })
  return done
}

const everyMs = 250
const mostMs = 60_000

/** Resolves when the extract of a project can be asked. */
async function ready(stage: Stage, project: string): Promise<void> {
  const { signal } = stage
  const call = `GET /api/v1/projects/${project}`
  for (const until = performance.now() + mostMs; performance.now() < until; ) {
    const { bulle } = await askJson<{ bulle: { status: string } }>(await stage.as('paul'), call, { signal })
    if (bulle.status === 'ready') return
    await pause(everyMs)
  }
  insist(false, {
    fr: `l’extrait de ${project} n’est pas prêt après une minute`,
    en: `the extract of ${project} is not ready after a minute`,
  })
}

async function granted(stage: Stage): Promise<{ id: string; project: string }> {
  const { signal } = stage
  const sent = { body: requestOf(stage), signal }
  const { id } = await askJson<Request>(await stage.as('paul'), `POST ${base}`, sent)
  let project: string | null = null
  for (const one of acts) project = (await act(stage, id, one)).projectId
  insist(project, { fr: 'aucun projet n’est né de l’acceptation', en: 'no project came of the acceptance' })
  await ready(stage, project)
  return { id, project }
}

/** Ends the permit; the code with which the node then refuses. */
async function ended(stage: Stage, { id, project }: { id: string; project: string }): Promise<string> {
  for (const one of endings) await act(stage, id, one)
  const again = put(await stage.as('paul'), { project, purpose: otherPurpose, sql: byDepartment }, stage)
  const problem = await refusalOf(again)
  insist(problem, { fr: 'un permis terminé répond encore', en: 'a permit that ended still answers' })
  return problem.code
}

const asked = (rows: number): Said => ({
  fr: `paul pose la question de l’étape ② : ${rows} lignes`,
  en: `paul asks the question of step ②: ${rows} rows`,
})

export const habilitation: Step = {
  name: 'habilitation',
  title: { fr: 'Demander ce qui manquait', en: 'Asking for what was missing' },
  who: ['paul', 'lucie', 'rouen', 'claire', 'yves', 'karim', 'nadia'],
  announce: (stage) => ({
    what: {
      fr: 'Paul demande l’autre finalité, pour une colonne et trente jours. Chacun agit à son tour ; personne ne peut tout seul.',
      en: 'Paul asks for the other purpose, for one column and thirty days. Each acts in turn; nobody can alone.',
    },
    commands: asTypedAll(stage),
  }),
  async play(stage) {
    const begun = performance.now()
    const { id, project } = await granted(stage)
    const question = { project, purpose: otherPurpose, sql: byDepartment }
    const answer = await put(await stage.as('paul'), question, stage)
    insist(answer.rows.length > 0, { fr: 'la réponse n’a aucune ligne', en: 'the answer has no row' })
    const seconds = (performance.now() - begun) / 1000
    const code = await ended(stage, { id, project })
    const figure = new Intl.NumberFormat(stage.language, { maximumFractionDigits: 1 }).format(seconds)
    return {
      lines: [
        ...acts.map(({ said }) => said),
        asked(answer.rows.length),
        ...endings.map(({ said }) => said),
      ].map((said) => said[stage.language]),
      result: {
        fr: `${id} → ${project} : demandé, signé, extrait prêt et répondu en ${figure} s ; terminé, il refuse (${code})`,
        en: `${id} → ${project}: asked for, signed, extract ready and answered in ${figure} s; ended, it refuses (${code})`,
      },
      look: {
        fr: `${stage.url}/transparence/${id} : ce que le public en lit.`,
        en: `${stage.url}/transparence/${id}?lang=en: what the public reads of it.`,
      },
      facts: { habilitation: id, project, purpose: otherPurpose, rows: answer.rows, code },
    }
  },
}
