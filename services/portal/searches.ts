/** What the address of the workshop and of the connections holds after its `?`. */

export interface WorkshopSearch {
  readonly tab?: string
  readonly purpose?: string
  readonly objective?: string
}

export function workshopSearch({ tab, purpose, objective }: Record<string, unknown>): WorkshopSearch {
  return {
    ...(typeof tab === 'string' ? { tab } : {}),
    ...(typeof purpose === 'string' ? { purpose } : {}),
    ...(typeof objective === 'string' ? { objective } : {}),
  }
}

export interface ConnectionsSearch {
  /** The project that a token is to be made for. */
  readonly project?: string
  readonly tab?: string
}

export function connectionsSearch({ project, tab }: Record<string, unknown>): ConnectionsSearch {
  return {
    ...(typeof project === 'string' ? { project } : {}),
    ...(typeof tab === 'string' ? { tab } : {}),
  }
}
