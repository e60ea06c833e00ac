import { useState } from 'preact/hooks'
import requestSchema from '../../../../events/run-request.schema.json'
import { postJson } from '../../api.ts'
import { useLive } from '../../live.ts'
import { visible } from '../../model/format.ts'
import { type FieldSchema, type FormValues, fieldsOf, requestOf } from '../../model/request-form.ts'
import { FieldInput } from './field-input.tsx'
import { attempt } from './simulator.ts'

const forms: readonly FieldSchema[] = requestSchema.oneOf
const kindOf = (form: FieldSchema): string => String(form.properties?.['kind']?.const ?? '')

const newKey = (): string => `page-${Date.now().toString(36)}`

export const SendRequest = () => {
  const { hello } = useLive('hello')
  const first = hello?.firstRequest
  const [at, setAt] = useState(0)
  const [values, setValues] = useState<FormValues>({})
  const [raw, setRaw] = useState<string>()
  const [problems, setProblems] = useState<readonly string[]>([])
  const form = forms[at] ?? forms[0] ?? {}
  const filled: FormValues = {
    requestId: newKey(),
    domainId: first?.domainId ?? '',
    projectId: first?.projectId ?? '',
    'asset.id': first?.assetId ?? '',
    'dataSource.id': first === undefined ? '' : `glue_${first.projectId}`,
    triggerKey: newKey(),
    ...values,
  }
  const text = raw ?? JSON.stringify(requestOf(form, filled), null, 2)
  const send = () =>
    attempt('sent', async () => {
      const answer = await postJson<{ problems: readonly string[] }>('/api/local/requests', { text })
      setProblems(answer.problems)
      setValues({ ...values, requestId: newKey() })
    })
  return (
    <section class="card stack" style={{ alignContent: 'start' }}>
      <div class="card-head">
        <h2>Send a request</h2>
        <div class="segments end" role="group" aria-label="How to write it">
          <button type="button" aria-pressed={raw === undefined} onClick={() => setRaw(undefined)}>
            Form
          </button>
          <button type="button" aria-pressed={raw !== undefined} onClick={() => setRaw(text)}>
            Raw
          </button>
        </div>
      </div>
      {raw === undefined ? (
        <>
          <div class="segments" role="group" aria-label="Kind of request" style={{ justifySelf: 'start' }}>
            {forms.map((one, index) => (
              <button
                type="button"
                key={kindOf(one)}
                aria-pressed={index === at}
                onClick={() => setAt(index)}
              >
                {kindOf(one) === 'DATA_SOURCE' ? 'Data source' : 'Asset'}
              </button>
            ))}
          </div>
          <div class="grid-2">
            {fieldsOf(form).map((field) => (
              <FieldInput key={field.path} field={field} values={filled} onChange={setValues} />
            ))}
          </div>
        </>
      ) : (
        <label class="field">
          <span>Message body</span>
          <textarea
            rows={14}
            value={raw}
            spellcheck={false}
            onInput={({ currentTarget }) => setRaw(currentTarget.value)}
          />
        </label>
      )}
      {problems.length > 0 && (
        <ul class="small wrap" style={{ color: 'var(--bad)' }}>
          {problems.map((problem) => (
            <li key={problem}>{visible(problem)}: it will be rejected</li>
          ))}
        </ul>
      )}
      <div class="row">
        <button type="button" class="primary" onClick={() => void send()}>
          Send
        </button>
      </div>
    </section>
  )
}
