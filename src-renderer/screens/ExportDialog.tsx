import { Button, Checkbox, Modal, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { IconFileExport } from '@tabler/icons-react';
import type { SessionPeer } from '../../src-main/contract/session.ts';
import { StillPicture } from '../components/StillPicture.tsx';
import { exportProblem, SIZES, type ExportDraft, type SizeName } from '../state/export-draft.ts';
import { formatClock } from '../state/format.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import dialogs from './Dialogs.module.css';
import styles from './ExportDialog.module.css';

const LAYOUTS: { value: ExportDraft['layout']; label: string }[] = [
  { value: 'grid', label: 'Everybody the same size' },
  { value: 'speaker', label: 'Who speaks large' },
  { value: 'screen', label: 'The shared screen large' },
];

/** Another file of a recording: what is in it, how it looks, and a picture of that. */
export function ExportDialog() {
  const actions = useActions();
  const draft = useUi((state) => state.exportDraft);
  const peers = useUi((state) => (state.detail.state === 'ready' ? state.detail.value.session?.peers : undefined));
  return (
    <Modal opened={draft !== null} onClose={actions.closeExport} title="Export" size={760}>
      {draft !== null && <Form draft={draft} peers={peers ?? []} />}
    </Modal>
  );
}

function Form({ draft, peers }: { draft: ExportDraft; peers: readonly SessionPeer[] }) {
  const actions = useActions();
  const problem = exportProblem(draft, peers.length);
  return (
    <>
      <div className={styles.columns}>
        <div className={styles.fields}>
          <SegmentedControl
            aria-label="What is exported"
            value={draft.soundOnly ? 'sound' : 'video'}
            data={[
              { value: 'video', label: 'Video' },
              { value: 'sound', label: 'Sound only' },
            ]}
            onChange={(value) => actions.editExport({ soundOnly: value === 'sound' })}
          />
          {!draft.soundOnly && <Look draft={draft} />}
          <div className={styles.pair}>
            <TextInput
              label="From"
              placeholder="the beginning"
              description={`The player is at ${formatClock(draft.atS * 1000)}`}
              value={draft.from}
              onChange={(event) => actions.editExport({ from: event.currentTarget.value })}
            />
            <TextInput
              label="To"
              placeholder="the end"
              description="Of the composite"
              value={draft.to}
              onChange={(event) => actions.editExport({ to: event.currentTarget.value })}
            />
          </div>
          <Checkbox
            label="Bring the sound to the loudness of players (−16 LUFS)"
            checked={draft.louder}
            onChange={(event) => actions.editExport({ louder: event.currentTarget.checked })}
          />
        </div>
        <People draft={draft} peers={peers} />
      </div>
      {!draft.soundOnly && <Preview />}
      <div className={dialogs.buttons}>
        <span className={styles.problem} role="status">
          {problem}
        </span>
        <Button variant="default" onClick={actions.closeExport}>
          Cancel
        </Button>
        <Button
          leftSection={<IconFileExport size={16} />}
          disabled={problem !== null}
          onClick={() => void actions.startExport()}
        >
          Export…
        </Button>
      </div>
    </>
  );
}

function Look({ draft }: { draft: ExportDraft }) {
  const actions = useActions();
  return (
    <div className={styles.pair}>
      <NativeSelect
        label="Layout"
        value={draft.layout}
        data={LAYOUTS}
        onChange={(event) => actions.editExport({ layout: event.currentTarget.value as ExportDraft['layout'] })}
      />
      <NativeSelect
        label="Size"
        value={draft.size}
        data={Object.entries(SIZES).map(([value, label]) => ({ value, label }))}
        onChange={(event) => actions.editExport({ size: event.currentTarget.value as SizeName })}
      />
    </div>
  );
}

/** Who is in it; whoever is taken out is neither seen nor heard nor named. */
function People({ draft, peers }: { draft: ExportDraft; peers: readonly SessionPeer[] }) {
  const actions = useActions();
  return (
    <fieldset className={styles.people}>
      <legend>People</legend>
      {peers.map(({ peer_id: id, display_name: name }) => (
        <Checkbox
          key={id}
          label={name || id}
          checked={!draft.without.has(id)}
          onChange={(event) => {
            const without = new Set(draft.without);
            if (event.currentTarget.checked) without.delete(id);
            else without.add(id);
            actions.editExport({ without });
          }}
        />
      ))}
      <p className="dim">Who is taken out is neither seen, nor heard, nor named.</p>
    </fieldset>
  );
}

function Preview() {
  const still = useUi((state) => state.still);
  return (
    <div className={styles.preview}>
      {still.state === 'ready' && <StillPicture jpeg={still.jpeg} label="How it will look" />}
      {still.state === 'loading' && <p className="dim">Making a picture of it…</p>}
      {still.state === 'failed' && still.error.code !== 'CANCELLED' && <p className="dim">{still.error.message}</p>}
    </div>
  );
}
