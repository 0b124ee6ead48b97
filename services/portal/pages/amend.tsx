/** An amendment of what is granted: the same steps and editors as the request, sent as one change. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { PageBody } from '../parts/page.tsx'
import { Ready } from '../parts/ready.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { formQuery, inLanguage } from '../request-form.ts'
import { requestQuery, titleOf } from '../requests.ts'
import { type Amending, AmendmentOf } from './amend/amendment.tsx'
import { useDraft } from './edit/draft.tsx'
import { StepFields } from './edit/step.tsx'
import { StepNav } from './edit/step-nav.tsx'
import './edit.css'
import './request.css'
import { useRequestWords } from './request/words.ts'

export function AmendPage() {
  const { request } = useParams({ from: '/requests/$request/amend' })
  return (
    <Ready answers={[useQuery(requestQuery(request)), useQuery(formQuery)]}>
      <AmendmentOf key={request} id={request}>
        {(amending) => <AmendBody amending={amending} />}
      </AmendmentOf>
    </Ready>
  )
}

/** What an amendment is mostly about. */
const usual = 'team'

function AmendBody({ amending }: { readonly amending: Amending }) {
  const say = useRequestWords()
  const { request, form } = useDraft()
  const { step: asked = usual } = useSearch({ from: '/requests/$request/amend' })
  const step = form.steps.find((one) => one.step === asked) ?? form.steps[0]
  if (step === undefined) return null
  return (
    <PageBody
      title={say('amend-title', { step: inLanguage(step.label) })}
      lead={say('amend-lead')}
      crumbs={
        <>
          <Link to="/requests">{say('requests')}</Link> ›{' '}
          <Link to="/requests/$request" params={{ request: request.id }}>
            {titleOf(request) ?? say('untitled')}
          </Link>
        </>
      }
    >
      {request.offered.includes('amendment') ? (
        <>
          <StepNav current={step.step} />
          <div className="writing">
            <div className="sheet">
              <StepFields key={step.step} step={step} />
            </div>
            <Sending amending={amending} />
          </div>
        </>
      ) : (
        <p className="notice">{say('amend-closed')}</p>
      )}
    </PageBody>
  )
}

function Sending({ amending: { changed, send, isPending, error } }: { readonly amending: Amending }) {
  const say = useRequestWords()
  const navigate = useNavigate()
  const { request, form } = useDraft()
  const labels = form.steps
    .flatMap(({ fields }) => fields)
    .filter(({ name }) => changed.includes(name))
    .map(({ label }) => inLanguage(label))
  const go = async () => {
    try {
      await send()
      await navigate({ to: '/requests/$request', params: { request: request.id } })
    } catch {
      // The refusal stands on the page.
    }
  }
  return (
    <aside className="rail" aria-labelledby="amendment">
      <h2 id="amendment">{say('amend-what')}</h2>
      {labels.length === 0 ? (
        <p className="small">{say('amend-nothing')}</p>
      ) : (
        <ul>
          {labels.map((label) => (
            <li key={label}>{label}</li>
          ))}
        </ul>
      )}
      <p className="small">{say('amend-rules')}</p>
      {error !== null && <Refusal error={error} />}
      <button
        type="button"
        className="main"
        disabled={labels.length === 0 || isPending}
        onClick={() => void go()}
      >
        {say('amend-send')}
      </button>
    </aside>
  )
}
