/** The rules in force: they can be read, and every case says what it said. */
import { readBundle } from '../../habilitation/bundle.ts'
import { isHeld } from '../../habilitation/cases.ts'
import { playBundle } from '../../review/bundle-cases.ts'
import { both, type Check, fine, wrong } from './check.ts'

export const rules: Check = {
  name: 'rules',
  isHeavy: true,
  async look({ policies }) {
    try {
      const played = playBundle(await readBundle(policies))
      const broken = played.filter((one) => !isHeld(one)).length
      return broken === 0
        ? fine(both(`${played.length} cas tiennent`, `${played.length} cases hold`))
        : wrong(
            both(`${broken} cas ne tiennent plus`, `${broken} cases no longer hold`),
            'npx huisclos policies test',
          )
    } catch (error) {
      return wrong(
        error instanceof Error ? error.message : '',
        both('remettez le dossier policies de cette version', 'put back the folder policies of this release'),
      )
    }
  },
}
