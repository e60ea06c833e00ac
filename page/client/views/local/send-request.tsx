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

/** The values of the form. Empty fields are filled for the asset of the first request. */
const useValues = () => {
  const first = useLive('hello').hello?.firstRequest
  const [values, setValues] = useState<FormValues>({})
  const [keys] = useState(() => [newKey(), newKey()] as const)
  const filled: FormValues = {
    requestId: keys[0],
    domainId: first?.domainId ?? '',
    projectId: first?.projectId ?? '',
    'asset.id': first?.assetId ?? '',
    'dataSource.id': first === undefined ? '' : `glue_${first.projectId}`,
    triggerKey: keys[1],
    ...values,
  }
  return { filled, setValues, renew: () => setValues({ ...values, requestId: newKey() }) }
}

const Form = (props: {
  readonly at: number
  readonly values: FormValues
  readonly onKind: (at: number) => void
  readonly onChange: (values: FormValues) => void
}) => (
  <>
    <div class="segments" role="group" aria-label="Kind of request" style={{ justifySelf: 'start' }}>
      {forms.map((one, index) => (
        <button
          type="button"
          key={kindOf(one)}
          aria-pressed={index === props.at}
          onClick={() => props.onKind(index)}
        >
          {kindOf(one) === 'DATA_SOURCE' ? 'Data source' : 'Asset'}
        </button>
      ))}
    </div>
    <div class="grid-2">
      {fieldsOf(forms[props.at] ?? {}).map((field) => (
        <FieldInput key={field.path} field={field} values={props.values} onChange={props.onChange} />
      ))}
    </div>
  </>
)

const Raw = ({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) => (
  <label class="field">
    <span>Message body</span>
    <textarea
      rows={14}
      value={text}
      spellcheck={false}
      onInput={({ currentTarget }) => onText(currentTarget.value)}
    />
  </label>
)

const Problems = ({ problems }: { readonly problems: readonly string[] }) =>
  problems.length === 0 ? null : (
    <ul class="small wrap" style={{ color: 'var(--bad)' }}>
      {problems.map((problem) => (
        <li key={problem}>{visible(problem)}: it will be rejected</li>
      ))}
    </ul>
  )

/** Sends a request to the queue: from a form built from the JSON schema, or from raw text. */
export const SendRequest = () => {
  const { filled, setValues, renew } = useValues()
  const [at, setAt] = useState(0)
  const [raw, setRaw] = useState<string>()
  const [problems, setProblems] = useState<readonly string[]>([])
  const text = raw ?? JSON.stringify(requestOf(forms[at] ?? {}, filled), null, 2)
  const send = () =>
    attempt('sent', async () => {
      const answer = await postJson<{ problems: readonly string[] }>('/api/local/requests', { text })
      setProblems(answer.problems)
      renew()
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
        <Form at={at} values={filled} onKind={setAt} onChange={setValues} />
      ) : (
        <Raw text={raw} onText={setRaw} />
      )}
      <Problems problems={problems} />
      <div class="row">
        <button type="button" class="primary" onClick={() => void send()}>
          Send
        </button>
      </div>
    </section>
  )
}
