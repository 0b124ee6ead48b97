/** A request, written in six short steps. The address says which; what is typed is stored as it is typed. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { PageBody } from '../parts/page.tsx'
import { Ready } from '../parts/ready.tsx'
import { formQuery, inLanguage, type Step } from '../request-form.ts'
import { requestQuery, titleOf } from '../requests.ts'
import { Attachments } from './edit/attachments.tsx'
import { DraftOf, useDraft } from './edit/draft.tsx'
import { Rail } from './edit/rail.tsx'
import { Saved } from './edit/saved.tsx'
import { Send } from './edit/send.tsx'
import { StepFields } from './edit/step.tsx'
import { StepNav } from './edit/step-nav.tsx'
import './edit.css'
import './request.css'
import { ReadStep } from './request/read-step.tsx'
import { useRequestWords } from './request/words.ts'

export function EditPage() {
  const { request } = useParams({ from: '/requests/$request/edit' })
  return (
    <Ready answers={[useQuery(requestQuery(request)), useQuery(formQuery)]}>
      <DraftOf key={request} id={request}>
        <Writing />
      </DraftOf>
    </Ready>
  )
}

function Writing() {
  const say = useRequestWords()
  const { request, form } = useDraft()
  const { step: asked, view } = useSearch({ from: '/requests/$request/edit' })
  const index = Math.max(
    0,
    form.steps.findIndex(({ step }) => step === asked),
  )
  const step = form.steps[index]
  const title = titleOf(request) ?? say('untitled')
  if (step === undefined) return null
  return (
    <PageBody
      title={say('edit-title', { number: index + 1, of: form.steps.length, step: inLanguage(step.label) })}
      lead={say('edit-lead')}
      crumbs={
        <>
          <Link to="/requests">{say('requests')}</Link> ›{' '}
          <Link to="/requests/$request" params={{ request: request.id }}>
            {title}
          </Link>
        </>
      }
      actions={<ViewSwitch isCommittee={view === 'committee'} />}
    >
      {request.offered.includes('change') ? (
        <Editing step={step} steps={form.steps} index={index} isRead={view === 'committee'} />
      ) : (
        <Closed id={request.id} />
      )}
    </PageBody>
  )
}

/** It was sent meanwhile, here or in another window. */
function Closed({ id }: { readonly id: string }) {
  const say = useRequestWords()
  return (
    <p className="notice">
      {say('edit-closed')}{' '}
      <Link to="/requests/$request" params={{ request: id }}>
        {say('edit-closed-open')}
      </Link>
    </p>
  )
}

interface EditingProps {
  readonly step: Step
  readonly steps: readonly Step[]
  readonly index: number
  readonly isRead: boolean
}

function Editing({ step, steps, index, isRead }: EditingProps) {
  const { request } = useDraft()
  return (
    <>
      <StepNav current={step.step} />
      <div className="writing">
        <div className="sheet">
          <Saved />
          {isRead ? (
            <ReadStep request={request} step={step} isCommittee />
          ) : (
            <StepFields key={step.step} step={step} />
          )}
          {step.step === 'commitment' && !isRead && <Attachments />}
          {step.step === 'commitment' && !isRead && <Send />}
          <Turning before={steps[index - 1]} after={steps[index + 1]} />
        </div>
        <Rail />
      </div>
    </>
  )
}

interface TurningProps {
  readonly before: Step | undefined
  readonly after: Step | undefined
}

function Turning({ before, after }: TurningProps) {
  const say = useRequestWords()
  return (
    <p className="turning">
      {before && (
        <Link className="button" to="." search={(search) => ({ ...search, step: before.step })}>
          {say('step-before', { step: inLanguage(before.label) })}
        </Link>
      )}
      {after && (
        <Link className="button main" to="." search={(search) => ({ ...search, step: after.step })}>
          {say('step-after', { step: inLanguage(after.label) })}
        </Link>
      )}
    </p>
  )
}

function ViewSwitch({ isCommittee }: { readonly isCommittee: boolean }) {
  const say = useRequestWords()
  return (
    <Link
      className="button"
      to="."
      search={(before) => ({ ...before, view: isCommittee ? undefined : 'committee' })}
    >
      {say(isCommittee ? 'view-edit' : 'view-committee')}
    </Link>
  )
}
