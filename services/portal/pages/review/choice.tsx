interface ChoiceProps {
  readonly legend: string
  readonly name: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly value: string
  readonly onChange: (value: string) => void
}

/** One of a few, all of them in sight. */
export function Choice({ legend, name, options, value, onChange }: ChoiceProps) {
  return (
    <fieldset className="group">
      <legend>{legend}</legend>
      {options.map((one) => (
        <label key={one.value} className="check">
          <input
            type="radio"
            name={name}
            value={one.value}
            checked={one.value === value}
            onChange={() => onChange(one.value)}
          />
          {one.label}
        </label>
      ))}
    </fieldset>
  )
}
