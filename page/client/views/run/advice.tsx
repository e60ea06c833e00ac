import type { Explained } from '../../model/explanation.ts'
import { sentence, visible } from '../../model/format.ts'
import { CommandLine } from '../../ui/command.tsx'

export const Advice = ({ advice }: { readonly advice: Explained['advice'] }) =>
  advice.length === 0 ? null : (
    <section class="card call tone tone-flight">
      <h2>What you can do</h2>
      <div class="stack">
        {advice.map(({ why, command }) => (
          <div key={why} class="stack" style={{ gap: '6px' }}>
            <p>{sentence(visible(why))}</p>
            {command !== undefined && <CommandLine command={`dzrun ${command.join(' ')}`} />}
          </div>
        ))}
      </div>
    </section>
  )
