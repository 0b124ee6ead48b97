/** Options that several commands have, and how their values are read. */
import { InvalidArgumentError, Option } from 'commander'

/** In whose name a command of the demonstration asks. */
export interface As {
  readonly as?: string
}

export function asOption(): Option {
  return new Option('--as <sujet>', 'compte de démonstration · demo account')
}

export function jsonOption(): Option {
  return new Option('--json', 'un document JSON · one JSON document')
}

/** A whole number, or the command is refused. */
export function entryNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('un entier · an integer')
  return Number(text)
}
