import { Refusal } from './refusal.tsx'

interface FormEndProps {
  /** What the form sends: its last refusal, and whether it is on its way. */
  readonly sending: { readonly error: Error | null; readonly isPending: boolean }
  /** Whether all is there that has to be sent. */
  readonly isReady?: boolean
  readonly kind?: 'main' | 'grave' | 'plain'
  readonly label: string
  readonly cancel: string
  readonly onCancel: () => void
}

/** How a form ends: why it was refused, the button that sends it, the one that gives it up. */
export function FormEnd({ sending, isReady = true, kind = 'main', label, cancel, onCancel }: FormEndProps) {
  return (
    <>
      {sending.error && <Refusal error={sending.error} />}
      <p className="actions">
        <button type="submit" className={kind} disabled={!isReady || sending.isPending}>
          {label}
        </button>
        <button type="button" onClick={onCancel}>
          {cancel}
        </button>
      </p>
    </>
  )
}
