import { useEffect, useState } from 'preact/hooks'
import requestSchema from '../../../events/run-request.schema.json'
import type { AssetList } from '../../shared/protocol.ts'
import { getJson, postJson } from '../api.ts'
import { useLive } from '../live.ts'
import { plural, shortened, visible } from '../model/format.ts'
import {
  type FieldSchema,
  type FormField,
  type FormValues,
  fieldsOf,
  requestOf,
} from '../model/request-form.ts'
import { toast } from '../ui/toast.tsx'

const forms: readonly FieldSchema[] = requestSchema.oneOf
const kindOf = (form: FieldSchema): string => String(form.properties?.['kind']?.const ?? '')

const simulator = <T,>(call: string, body?: object): Promise<T> =>
  postJson<T>('/api/local/simulator', { call, ...(body === undefined ? {} : { body }) })

const attempt = async (what: string, act: () => Promise<unknown>): Promise<void> => {
  try {
    await act()
    toast('good', what)
  } catch (error) {
    toast('bad', error instanceof Error ? error.message : String(error))
  }
}

const Publish = () => {
  const { hello } = useLive()
  const first = hello?.firstRequest
  const [list, setList] = useState<AssetList>()
  const [chosen, setChosen] = useState('')
  useEffect(() => {
    getJson<AssetList>('/api/assets').then(setList, () => {})
  }, [])
  const assets = list?.assets ?? []
  const asset = assets.find(({ assetId }) => assetId === (chosen === '' ? first?.assetId : chosen)) ?? first
  const publish = (hasNewColumns: boolean) => async () => {
    if (asset === undefined) return
    const { domainId, assetId } = asset
    if (hasNewColumns) await simulator('POST revisions', { domainId, assetId, revision: String(Date.now()) })
    await simulator('POST publications', { domainId, assetId })
  }
  return (
    <section class="card stack" style={{ alignContent: 'start' }}>
      <h2>Publish an asset</h2>
      <p class="muted">
        As a person does in the portal. DataZone sends the event, and the system takes it from there.
      </p>
      <label class="field">
        <span>Asset</span>
        <select value={asset?.assetId ?? ''} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
          {assets.length === 0 && first !== undefined && (
            <option value={first.assetId}>{visible(first.assetId)}</option>
          )}
          {assets.slice(0, 500).map(({ assetId, name }) => (
            <option key={assetId} value={assetId}>
              {shortened(visible(name), 60)}
            </option>
          ))}
        </select>
      </label>
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={asset === undefined}
          onClick={() => void attempt('published', publish(false))}
        >
          Publish
        </button>
        <button
          type="button"
          disabled={asset === undefined}
          onClick={() => void attempt('published a new revision', publish(true))}
        >
          Publish a new revision
        </button>
        <button
          type="button"
          disabled={assets.length === 0}
          onClick={() =>
            void attempt(`published ${plural(Math.min(50, assets.length), 'asset')}`, () =>
              Promise.all(
                assets
                  .slice(0, 50)
                  .map(({ domainId, assetId }) => simulator('POST publications', { domainId, assetId })),
              ),
            )
          }
        >
          Publish {Math.min(50, assets.length)}
        </button>
      </div>
    </section>
  )
}

const Input = ({
  field,
  values,
  onChange,
}: {
  readonly field: FormField
  readonly values: FormValues
  readonly onChange: (values: FormValues) => void
}) => {
  const { path, label, kind, options, isRequired } = field
  const value = values[path]
  const set = (next: FormValues[string]) => onChange({ ...values, [path]: next })
  const name = `${label}${isRequired ? '' : ' (optional)'}`
  if (kind === 'switch')
    return (
      <label class="check">
        <input
          type="checkbox"
          checked={value === true}
          onChange={({ currentTarget }) => set(currentTarget.checked)}
        />
        {name}
      </label>
    )
  if (kind === 'many') {
    const list = Array.isArray(value) ? value : []
    return (
      <div role="group" aria-label={name}>
        <span class="small muted">{name}</span>
        {options.map((option) => (
          <label class="check" key={option} style={{ marginRight: '12px' }}>
            <input
              type="checkbox"
              checked={list.includes(option)}
              onChange={() =>
                set(list.includes(option) ? list.filter((one) => one !== option) : [...list, option])
              }
            />
            {option.replace('BUSINESS_', '').toLowerCase().replaceAll('_', ' ')}
          </label>
        ))}
      </div>
    )
  }
  return (
    <label class="field">
      <span>{name}</span>
      {kind === 'choice' ? (
        <select value={String(value ?? '')} onChange={({ currentTarget }) => set(currentTarget.value)}>
          <option value="">default</option>
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      ) : (
        <input
          value={String(value ?? '')}
          required={isRequired}
          onInput={({ currentTarget }) => set(currentTarget.value)}
        />
      )}
    </label>
  )
}

const newKey = (): string => `page-${Date.now().toString(36)}`

const Request = () => {
  const { hello } = useLive()
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
              <Input key={field.path} field={field} values={filled} onChange={setValues} />
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

interface Fault {
  readonly label: string
  readonly what: string
  readonly fault: Readonly<Record<string, unknown>>
}

const faults: readonly Fault[] = [
  {
    label: 'Throttle half of all Starts',
    what: 'ThrottlingException',
    fault: {
      kind: 'error',
      error: 'ThrottlingException',
      operation: 'StartMetadataGenerationRun',
      probability: 0.5,
    },
  },
  {
    label: 'Lose every third answer after its effect',
    what: 'the run exists, the caller does not know',
    fault: { kind: 'lostAnswer', operation: 'StartMetadataGenerationRun', probability: 0.33 },
  },
  {
    label: 'Answer a fifth of all calls with 500',
    what: 'InternalServerException',
    fault: { kind: 'error', error: 'InternalServerException', probability: 0.2 },
  },
  {
    label: 'Refuse access',
    what: 'AccessDeniedException: opens a breaker',
    fault: { kind: 'error', error: 'AccessDeniedException', operation: 'StartMetadataGenerationRun' },
  },
  {
    label: 'Use up the month’s quota',
    what: 'ServiceQuotaExceededException',
    fault: { kind: 'error', error: 'ServiceQuotaExceededException', operation: 'StartMetadataGenerationRun' },
  },
  { label: 'Answer slowly', what: 'two seconds a call', fault: { kind: 'slow', delayMs: 2000 } },
]

interface Settings {
  readonly failureShare: number
  readonly partialShare: number
  readonly eventLostShare: number
}

const isSame = (
  armed: Readonly<Record<string, unknown>>,
  fault: Readonly<Record<string, unknown>>,
): boolean => Object.entries(fault).every(([name, value]) => armed[name] === value)

const Switches = () => {
  const [armed, setArmed] = useState<readonly Readonly<Record<string, unknown>>[]>([])
  const [settings, setSettings] = useState<Settings>()
  const read = async () => {
    setArmed(await simulator<readonly Readonly<Record<string, unknown>>[]>('GET faults'))
    setSettings(await simulator<Settings>('GET settings'))
  }
  useEffect(() => {
    read().catch(() => {})
  }, [])
  const isOn = ({ fault }: Fault) => armed.some((one) => isSame(one, fault))
  const flip = (one: Fault) =>
    attempt(isOn(one) ? 'fault removed' : 'fault set', async () => {
      const chosen = faults.filter((other) => (other === one ? !isOn(one) : isOn(other)))
      await simulator(
        'PUT faults',
        chosen.map(({ fault }) => fault),
      )
      await read()
    })
  const patch = (change: Partial<Settings>) =>
    attempt('changed for runs that start from now on', async () => {
      setSettings(await simulator<Settings>('PATCH settings', change))
    })
  const share = (name: keyof Settings, label: string) => (
    <label class="field">
      <span>
        {label}: {Math.round(100 * (settings?.[name] ?? 0))}%
      </span>
      <input
        type="range"
        min="0"
        max="100"
        step="5"
        value={Math.round(100 * (settings?.[name] ?? 0))}
        onChange={({ currentTarget }) => void patch({ [name]: Number(currentTarget.value) / 100 })}
      />
    </label>
  )
  return (
    <section class="card stack" style={{ alignContent: 'start' }}>
      <h2>Make DataZone misbehave</h2>
      <ul class="list">
        {faults.map((one) => (
          <li key={one.label}>
            <label class="check">
              <input type="checkbox" checked={isOn(one)} onChange={() => void flip(one)} />
              {one.label}
            </label>
            <span class="end muted small clip">{one.what}</span>
          </li>
        ))}
      </ul>
      <h3>Outcomes of new runs</h3>
      {share('failureShare', 'fail')}
      {share('partialShare', 'partly succeed')}
      {share('eventLostShare', 'DataZone’s events lost')}
    </section>
  )
}

const steps = [
  ['30 s', 30_000],
  ['5 min', 300_000],
  ['1 hour', 3_600_000],
] as const

const Clock = () => {
  const { hello } = useLive()
  const [killed, setKilled] = useState(0)
  const kill = () =>
    attempt('killed', async () => {
      const answer = await postJson<{ killed: number }>('/api/local/kill-workers', {})
      setKilled(killed + answer.killed)
    })
  return (
    <section class="card stack" style={{ alignContent: 'start' }}>
      <h2>Time and workers</h2>
      <p class="muted">Moves DataZone’s clock: its runs end sooner. The functions’ own clock stays.</p>
      <div class="row">
        {steps.map(([label, advanceMs]) => (
          <button
            type="button"
            key={label}
            onClick={() =>
              void attempt(`DataZone is ${label} further`, () => simulator('POST clock', { advanceMs }))
            }
          >
            Forward {label}
          </button>
        ))}
      </div>
      <p class="muted">
        Kills every execution environment in the middle of what it does. Nothing is lost: watch the runs go
        on.
      </p>
      <div class="row">
        <button
          type="button"
          class="danger"
          disabled={hello?.canKillWorkers !== true}
          onClick={() => void kill()}
        >
          Kill the workers
        </button>
        <span class="muted">
          {hello?.canKillWorkers === true
            ? `${plural(killed, 'worker')} killed`
            : 'only on the page that npm start opens'}
        </span>
      </div>
    </section>
  )
}

/** What only a local stack can do: publish, send, break, and watch the system survive it. */
export const LocalView = () => (
  <div class="grid-2">
    <div class="stack" style={{ alignContent: 'start' }}>
      <Publish />
      <Switches />
    </div>
    <div class="stack" style={{ alignContent: 'start' }}>
      <Request />
      <Clock />
    </div>
  </div>
)
