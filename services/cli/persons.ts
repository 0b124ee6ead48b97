/** `huisclos proof`, `huisclos grant` and `huisclos campaign`: what persons hold, who grants them, and the yearly review. */
import type { Command } from 'commander'
import { askJson, type Client } from './client.ts'
import { type As, asOption, jsonOption } from './options.ts'
import type { Out } from './query.ts'
import { type PersonNamed, personOf } from './simulate.ts'

type Open = (options: As) => Promise<Client>
interface Around {
  readonly open: Open
  readonly out: Out
}

const personFlag = '--person <personne>'
const personHelp = 'sujet ou émetteur:sujet · subject or issuer:subject'

export function addPersonCommands(program: Command, around: Around): void {
  addProofs(program.command('proof').description('les preuves personnelles · personal proofs'), around)
  addGrants(
    program.command('grant').description('les habilitations individuelles · grants of persons'),
    around,
  )
  addCampaign(
    program.command('campaign').description('la revue annuelle des personnes · the yearly review of persons'),
    around,
  )
}

interface Proofs {
  readonly person: PersonNamed
  readonly lacking: readonly string[]
  readonly standing: Readonly<Record<string, string>>
  readonly inForce: Readonly<Record<string, string>>
}

interface ProofOptions extends As {
  readonly person?: string
  readonly version?: string
  readonly until?: string
  readonly ended?: boolean
}

function addProofs(proof: Command, { open, out }: Around): void {
  proof
    .command('list')
    .description('ce qui est tenu et ce qui manque · what is held and what is missing')
    .addOption(asOption())
    .option(personFlag, personHelp)
    .addOption(jsonOption())
    .action(async ({ as, person, json }: ProofOptions & { json?: boolean }) => {
      const told = await proofsOf(await open(as === undefined ? {} : { as }), person)
      out.stdout.write(json ? `${JSON.stringify(told)}\n` : `${proofLines(told).join('\n')}\n`)
    })
  proof
    .command('record <preuve>')
    .description('training | charter | workstation | affiliation | review')
    .addOption(asOption())
    .option(personFlag, `${personHelp} ; soi-même sinon · else oneself`)
    .option('--version <version>', 'celle en vigueur sinon · else the one in force')
    .option('--until <jour>', 'dernier jour d’une affiliation · last day of an affiliation')
    .option('--ended', 'prend fin maintenant · ends now')
    .action(async (kind: string, { as, person, ...options }: ProofOptions) => {
      const client = await open(as === undefined ? {} : { as })
      const body = {
        proof: kind,
        ...options,
        ...(person !== undefined && { person: personOf(person) }),
        ...(await versionOf(client, kind, options)),
      }
      const told = await askJson<{ proof: string; until: string }>(client, 'POST /api/v1/proofs', { body })
      out.stdout.write(`${told.proof}: ${told.until}\n`)
    })
}

/** What is signed or taught is the version in force, unless another one is named. */
async function versionOf(client: Client, kind: string, { version, ended }: ProofOptions) {
  if (version !== undefined || ended || (kind !== 'training' && kind !== 'charter')) return {}
  const { inForce } = await proofsOf(client, undefined)
  return { version: inForce[kind] }
}

function proofsOf(client: Client, person: string | undefined): Promise<Proofs> {
  const query = person === undefined ? '' : `?${new URLSearchParams({ ...personOf(person) })}`
  return askJson<Proofs>(client, `GET /api/v1/proofs${query}`)
}

function proofLines({ person, lacking, standing }: Proofs): readonly string[] {
  return [
    `${person.issuer}:${person.subject}`,
    ...Object.entries(standing).map(([proof, until]) => `  ${proof}: ${until}`),
    lacking.length === 0 ? 'rien ne manque / nothing is missing' : `manque / missing: ${lacking.join(', ')}`,
  ]
}

interface Grants {
  readonly grants: readonly (PersonNamed & { readonly state: string; readonly lacking: readonly string[] })[]
}

interface GrantOptions extends As {
  readonly person: string
  readonly reason?: string
}

/** The commands of a grant; those without a reason take none. */
const acts = {
  validate: ['grant-validation', 'le responsable hiérarchique valide · the line manager validates'],
  issue: ['grant-issue', 'le bureau des habilitations délivre · the registrar issues'],
  end: ['grant-end', 'met fin à l’habilitation · ends the grant'],
} as const

function addGrants(grant: Command, around: Around): void {
  for (const [word, [command, description]] of Object.entries(acts)) {
    const one = grant.command(`${word} <demande>`).description(description).addOption(asOption())
    if (word === 'end') one.requiredOption('--reason <motif>', 'motif · reason')
    one
      .requiredOption(personFlag, personHelp)
      .action((id: string, options: GrantOptions) => sendGrant(around, { id, command, options }))
  }
}

async function sendGrant(
  { open, out }: Around,
  { id, command, options }: { readonly id: string; readonly command: string; readonly options: GrantOptions },
): Promise<void> {
  const { as, person, reason } = options
  const body = { person: personOf(person), ...(reason !== undefined && { reason }) }
  const call = `POST /api/v1/habilitations/${encodeURIComponent(id)}/${command}`
  const { grants } = await askJson<Grants>(await open(as === undefined ? {} : { as }), call, { body })
  out.stdout.write(`${grants.map(grantLine).join('\n')}\n`)
}

function grantLine({ issuer, subject, state, lacking }: Grants['grants'][number]): string {
  return `${issuer}:${subject} ${state}${lacking.length === 0 ? '' : ` (${lacking.join(', ')})`}`
}

interface Review extends PersonNamed {
  readonly habilitation: string
  readonly project: string | null
  readonly state: string
  readonly dueAt: string
  readonly awaits: readonly string[]
}

function addCampaign(campaign: Command, around: Around): void {
  const { open, out } = around
  campaign
    .command('open')
    .description('la DPO demande la revue de toutes les personnes · the DPO asks for the review of everybody')
    .addOption(asOption())
    .requiredOption('--due <jour>', 'dernier jour, inclus · last day, included')
    .action(async ({ due, ...as }: As & { due: string }) => {
      const call = 'POST /api/v1/habilitations/reviews/campaigns'
      const { habilitations } = await askJson<{ habilitations: readonly string[] }>(await open(as), call, {
        body: { due },
      })
      out.stdout.write(`${due}: ${habilitations.join(', ')}\n`)
    })
  campaign
    .command('list')
    .description('qui est à revoir, et d’ici quand · who is to be reviewed, and by when')
    .addOption(asOption())
    .addOption(jsonOption())
    .action(async ({ json, ...as }: As & { json?: boolean }) => {
      const told = await askJson<{ reviews: readonly Review[] }>(
        await open(as),
        'GET /api/v1/habilitations/reviews',
      )
      out.stdout.write(json ? `${JSON.stringify(told)}\n` : told.reviews.map(reviewLine).join(''))
    })
  campaign
    .command('confirm <demande>')
    .description('la personne a encore besoin de l’accès · the person still needs the access')
    .addOption(asOption())
    .requiredOption(personFlag, personHelp)
    .action((id: string, options: GrantOptions) =>
      sendGrant(around, { id, command: 'grant-review', options }),
    )
}

function reviewLine({ habilitation, issuer, subject, state, dueAt, awaits }: Review): string {
  const waiting = awaits.length === 0 ? '' : ` · attend / awaits ${awaits.join(', ')}`
  return `${habilitation} ${issuer}:${subject} ${state} · ${dueAt}${waiting}\n`
}
