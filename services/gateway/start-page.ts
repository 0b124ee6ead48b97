/** Fills the template of the start page with what this node is. Pure. */
import { escaped, sentence } from '../kernel/markup.ts'
import { type Language, say } from '../kernel/text.ts'

export interface StartPageFacts {
  readonly version: string
  readonly address: string
  readonly demo: 'full' | 'empty' | null
  /** The project that the full demo seeds; null until it exists. */
  readonly project: string | null
  /** Whether workers run in a sandbox. */
  readonly isBoxed: boolean
}

/** A template without one of its places is a bug, and throws. */
export function startPage(template: string, facts: StartPageFacts): string {
  const places: Readonly<Record<string, string>> = {
    version: escaped(facts.version),
    // A demonstration has one issuer, whose page names its people: one click each.
    enter: facts.demo === null ? '/connexion' : '/connexion/demo',
    'mode.fr': modeOf('fr', facts),
    'mode.en': modeOf('en', facts),
    'steps.fr': stepsOf('fr', facts),
    'steps.en': stepsOf('en', facts),
    'tour.fr': tourOf('fr', facts),
    'tour.en': tourOf('en', facts),
  }
  return Object.entries(places).reduce((page, [name, content]) => {
    const place = `<!--${name}-->`
    if (!page.includes(place)) throw new Error(`the start page has no place ${name}`)
    return page.replaceAll(place, () => content)
  }, template)
}

function modeOf(language: Language, { demo, isBoxed }: StartPageFacts): string {
  if (demo === null) return escaped(say(language, { key: 'start.production' }))
  return escaped(say(language, { key: isBoxed ? 'start.demo' : 'start.demo.bare' }))
}

function stepsOf(language: Language, { demo, address, project }: StartPageFacts): string {
  if (demo === null) return `<p>${escaped(say(language, { key: 'start.ask' }))}</p>`
  const commands =
    project === null
      ? ['npx huisclos whoami --as alice', 'npx huisclos datasets --as alice', 'npx huisclos audit verify']
      : [
          'npx huisclos datasets pmsi-demo --as alice',
          `npx huisclos query --as alice --project ${project} \\\n  "${firstQuery}"`,
          'npx huisclos audit verify',
        ]
  const curl = `curl -H "Authorization: Bearer $(npx huisclos token --as alice)" ${address}/api/v1/me`
  return [
    `<p>${escaped(say(language, { key: 'start.steps' }))}</p>`,
    `<div class="wide" tabindex="0"><pre><code>${escaped([...commands, curl].join('\n'))}</code></pre></div>`,
  ].join('\n')
}

/** The tour plays on what the full demo seeds. */
function tourOf(language: Language, { project }: StartPageFacts): string {
  return project === null ? '' : sentence(say(language, { key: 'start.tour' }))
}

/** A question that the full demo answers; also printed by `npm start`. */
export const firstQuery = 'SELECT sex, count(*) AS n FROM patients GROUP BY sex ORDER BY sex'
