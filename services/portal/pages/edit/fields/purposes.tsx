import { useRequestWords } from '../../request/words.ts'
import { useDraft } from '../draft.tsx'
import { Codes } from './codes.tsx'
import type { EditorProps } from './props.ts'

/** Purposes of the law that the chosen route follows, and those chosen already. */
export function Purposes({ choices = [], ...props }: EditorProps) {
  const say = useRequestWords()
  const family = useFamily()
  const chosen = Array.isArray(props.value) ? props.value : []
  const shown = choices.filter(
    (one) => family === 'any' || one.family === family || chosen.includes(one.code),
  )
  return (
    <>
      <Codes {...props} choices={shown} />
      {family === 'any' && <p className="help">{say('purposes-of-any-route')}</p>}
    </>
  )
}

/** The law of the chosen route; any while there is none. */
export function useFamily(): 'snds' | 'ehds' | 'any' {
  const { form, value } = useDraft()
  return form.choices.routes?.find(({ code }) => code === value('route'))?.family ?? 'any'
}
