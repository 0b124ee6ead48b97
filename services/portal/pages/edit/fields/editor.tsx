/** The editor of any value by its JSON Schema: controls for leaves, a group for an object, rows for a list. */
import { useNames, useRequestWords } from '../../request/words.ts'
import { isObject } from '../patch.ts'
import { Codes } from './codes.tsx'
import { Flag } from './flag.tsx'
import { Group } from './group.tsx'
import { kindOf } from './kind.ts'
import { Leaf } from './leaf.tsx'
import type { EditorProps } from './props.ts'
import { Texts } from './texts.tsx'

export function Editor(props: EditorProps) {
  switch (kindOf(props.schema, props.choices)) {
    case 'object':
      return <Members {...props} />
    case 'list':
      return <Rows {...props} />
    case 'choices':
      return <Codes {...props} />
    case 'texts':
    case 'groups':
      return <Texts {...props} />
    case 'flag':
      return <Flag {...props} />
    case 'fixed':
      return <Fixed {...props} />
    default:
      return <Leaf {...props} />
  }
}

/** Nothing to choose: it is said all the same, since it is asked. */
function Fixed({ path, label, help, schema, value, onChange }: EditorProps) {
  const named = useNames()
  const only = String(schema.const)
  return (
    <Group path={path} label={label} {...(help && { help })}>
      <label className="check">
        <input
          type="checkbox"
          checked={value === schema.const}
          onChange={(event) => onChange(event.target.checked ? schema.const : undefined)}
        />
        {named('code', only)}
      </label>
    </Group>
  )
}

function Members({ path, label, help, schema, value, onChange, choices }: EditorProps) {
  const members = isObject(value) ? value : {}
  return (
    <Group path={path} label={label} {...(help && { help })}>
      <MemberFields
        {...{ path, schema, members, ...(choices && { choices }) }}
        onChange={(name, one) => onChange({ ...members, [name]: one })}
      />
    </Group>
  )
}

interface MembersProps extends Pick<EditorProps, 'path' | 'schema' | 'choices'> {
  readonly members: Readonly<Record<string, unknown>>
  readonly onChange: (name: string, value: unknown) => void
  /** Members that have an editor elsewhere. */
  readonly except?: readonly string[]
}

/** One editor for each member of an object. */
export function MemberFields({ path, schema, members, onChange, choices, except = [] }: MembersProps) {
  const named = useNames()
  const shown = Object.entries(schema.properties ?? {}).filter(([name]) => !except.includes(name))
  return (
    <div className="members">
      {shown.map(([name, one]) => (
        <Editor
          key={name}
          path={`${path}.${name}`}
          label={named('member', name)}
          schema={one}
          value={members[name]}
          onChange={(changed) => onChange(name, changed)}
          {...(holdsCode(name) && choices && { choices })}
        />
      ))}
    </div>
  )
}

const holdsCode = (name: string) => name === 'code' || name === 'organisationKind'

function Rows({ path, label, help, schema, value, onChange, choices }: EditorProps) {
  const say = useRequestWords()
  const rows = Array.isArray(value) ? value.filter(isObject) : []
  const put = (index: number, row: unknown) => onChange(rows.map((one, i) => (i === index ? row : one)))
  return (
    <Group path={path} label={label} {...(help && { help })}>
      <ol className="rows">
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own, and their place is their address
          <li key={index}>
            <MemberFields
              path={`${path}[${index}]`}
              schema={schema.items ?? {}}
              members={row}
              onChange={(name, one) => put(index, { ...row, [name]: one })}
              {...(choices && { choices })}
            />
            <button type="button" onClick={() => onChange(rows.filter((_, i) => i !== index))}>
              {say('remove-row', { label, number: index + 1 })}
            </button>
          </li>
        ))}
      </ol>
      <button type="button" onClick={() => onChange([...rows, {}])}>
        {say('add-row', { label })}
      </button>
    </Group>
  )
}
