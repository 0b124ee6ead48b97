import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Copyable } from '../../parts/copyable.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { queries } from '../../session.ts'
import { snippetOf, type Tool, tools } from '../../snippets.ts'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import type { Answer, Asked } from '../../workshop.ts'
import { download, type FileFormat, fileOf, formats, frenchCsv } from './files.ts'

const useWords = words('workshop', { fr, en })

interface LeavingProps {
  readonly project: string
  readonly asked: Asked
  /** The answer on the page, when there is one. */
  readonly answer: Answer | null
}

/** Ways out of the page: files of the same question, and the question for another tool. */
export function Leaving({ project, asked, answer }: LeavingProps) {
  const say = useWords()
  const name = `${project}-${answer?.receipt.seq ?? ''}`
  const fetching = useMutation({
    mutationFn: async (format: FileFormat) =>
      download(await fileOf(project, asked, format), `${name}.${format}`),
    onSettled: () => queries.invalidateQueries({ queryKey: ['projects', project, 'queries'] }),
  })
  return (
    <details className="leaving">
      <summary>{say('export')}</summary>
      <p className="small">{say('export.lead')}</p>
      <div className="actions">
        {(Object.keys(formats) as FileFormat[]).map((format) => (
          <button
            key={format}
            type="button"
            disabled={fetching.isPending || answer === null}
            onClick={() => fetching.mutate(format)}
          >
            {say(`export.${format}`)}
          </button>
        ))}
        <button
          type="button"
          disabled={answer === null}
          onClick={() =>
            answer && download(new Blob([frenchCsv(answer)], { type: 'text/csv' }), `${name}-excel.csv`)
          }
        >
          {say('export.excel')}
        </button>
        <CopyFor project={project} asked={asked} />
      </div>
      {fetching.error && <Refusal error={fetching.error} />}
    </details>
  )
}

function CopyFor({ project, asked }: Pick<LeavingProps, 'project' | 'asked'>) {
  const say = useWords()
  const [tool, setTool] = useState<Tool | null>(null)
  const close = () => setTool(null)
  return (
    <>
      <button type="button" onClick={() => setTool('curl')}>
        {say('copy')}
      </button>
      <Dialog title={say('copy')} isOpen={tool !== null} onClose={close}>
        <p>
          {say('copy.lead')}{' '}
          <Link to="/connections" search={{ project }}>
            {say('copy.token')}
          </Link>
        </p>
        <div className="actions">
          {tools.map((one) => (
            <button key={one} type="button" aria-pressed={one === tool} onClick={() => setTool(one)}>
              {one}
            </button>
          ))}
        </div>
        <Copyable
          label={say('copy.text', { tool: tool ?? '' })}
          text={snippetOf(tool ?? 'curl', { address: window.location.origin, project, ...asked })}
        />
        <p>
          <button type="button" onClick={close}>
            {say('close')}
          </button>
        </p>
      </Dialog>
    </>
  )
}
