import type { ReactNode } from 'react';
import { Button, SegmentedControl, Switch } from '@mantine/core';
import {
  IconFileExport,
  IconFileImport,
  IconFolder,
  IconFolderOpen,
  IconPlus,
  IconStethoscope,
  IconTemplate,
} from '@tabler/icons-react';
import type { AppSnapshot, DestinationView, TemplateView, WebhookView } from '../../src-main/contract/ipc.ts';
import { EmptyState, SkeletonRows } from '../components/EmptyState.tsx';
import { Page } from '../components/Page.tsx';
import { Panel } from '../components/Panel.tsx';
import { SettingRow } from '../components/SettingRow.tsx';
import { StateBadge } from '../components/StateBadge.tsx';
import { formatBytes } from '../state/format.ts';
import { THEME_CHOICES, type ThemeChoice } from '../state/theme-choice.ts';
import { useActions, useUi } from '../state/ui-context.ts';
import { FileSettings } from './FileSettings.tsx';
import { LastError, Problem } from './Problem.tsx';
import { RetentionRow } from './RetentionRow.tsx';
import { UpdatesRow } from './UpdatesRow.tsx';
import { UploadSettings } from './UploadSettings.tsx';
import styles from './SettingsScreen.module.css';

/** "What will happen next time?" */
export function SettingsScreen() {
  const actions = useActions();
  const snapshot = useUi((state) => state.snapshot);
  const busy = useUi((state) => state.busy);
  return (
    <Page
      title="Settings"
      notice={<LastError />}
      tools={
        <>
          <Button
            variant="default"
            leftSection={<IconFileImport size={16} />}
            loading={busy === 'import'}
            onClick={() => void actions.importSettings()}
          >
            Import settings file…
          </Button>
          <Button
            variant="default"
            leftSection={<IconFileExport size={16} />}
            onClick={() => void actions.exportSettings()}
          >
            Export…
          </Button>
        </>
      }
    >
      {snapshot.state === 'loading' && <SkeletonRows rows={6} height={64} />}
      {snapshot.state === 'failed' && <Problem error={snapshot.error} />}
      {snapshot.state === 'ready' && <Sections snapshot={snapshot.value} />}
    </Page>
  );
}

function Sections({ snapshot }: { snapshot: AppSnapshot }) {
  const actions = useActions();
  return (
    <div className={styles.stack}>
      <Library snapshot={snapshot} />
      <FileSettings files={snapshot.settings.files} />
      <Storage snapshot={snapshot} />
      <UploadSettings uploads={snapshot.settings.uploads} />
      <Templates templates={snapshot.settings.templates} />
      <InTheCall recorder={snapshot.settings.recorder} />
      <Appearance />
      <Panel title="About">
        <SettingRow
          title={`Rollcall ${snapshot.version}`}
          note="Records calls on your own computer and delivers them where you say."
          action={
            <>
              <Button variant="default" onClick={() => void actions.saveDiagnostics()}>
                Save diagnostics…
              </Button>
              <Button
                variant="default"
                leftSection={<IconStethoscope size={16} />}
                onClick={() => actions.openDialog('preflight')}
              >
                Check this computer…
              </Button>
            </>
          }
        />
        <UpdatesRow snapshot={snapshot} />
      </Panel>
    </div>
  );
}

function Library({ snapshot }: { snapshot: AppSnapshot }) {
  const actions = useActions();
  const busy = useUi((state) => state.busy);
  const { dir, freeBytes, error } = snapshot.library;
  return (
    <Panel title="Recordings">
      <SettingRow
        title={<span className="selectable">{dir}</span>}
        note={freeBytes === null ? 'Free space is not known.' : `${formatBytes(freeBytes)} free on this disk.`}
        action={
          <>
            <Button
              variant="default"
              leftSection={<IconFolderOpen size={16} />}
              onClick={() => void actions.openLibrary()}
            >
              Open
            </Button>
            <Button
              variant="default"
              leftSection={<IconFolder size={16} />}
              loading={busy === 'library'}
              onClick={() => void actions.chooseLibrary()}
            >
              Change…
            </Button>
          </>
        }
      />
      {error !== null && (
        <div className={styles.inset}>
          <Problem error={error} />
        </div>
      )}
      <RetentionRow days={snapshot.settings.retentionDays} />
      {snapshot.retentionProblem !== null && (
        <div className={styles.inset}>
          <Problem error={snapshot.retentionProblem} />
        </div>
      )}
    </Panel>
  );
}

function Storage({ snapshot }: { snapshot: AppSnapshot }) {
  const actions = useActions();
  const { hosted, webhook } = snapshot.settings;
  return (
    <Panel title="Delivery">
      <SettingRow
        title="Hosted storage"
        note={
          hosted === null
            ? 'Not set up. Rooms without a destination of their own keep their uploads waiting.'
            : destinationText(hosted)
        }
        action={
          <>
            <StateBadge
              state={
                hosted === null
                  ? { tone: 'amber', icon: 'clock', word: 'Not set up' }
                  : { tone: 'plain', icon: 'check', word: credentialsText(hosted) }
              }
            />
            <Button
              variant="default"
              aria-label={`${hosted === null ? 'Set up…' : 'Edit…'} hosted storage`}
              onClick={() => void actions.editHosted()}
            >
              {hosted === null ? 'Set up…' : 'Edit…'}
            </Button>
          </>
        }
      />
      <SettingRow
        title="Webhook"
        note={webhookText(webhook)}
        action={
          <Button
            variant="default"
            aria-label={`${webhook === null ? 'Set up…' : 'Edit…'} webhook`}
            onClick={() => void actions.editWebhook()}
          >
            {webhook === null ? 'Set up…' : 'Edit…'}
          </Button>
        }
      />
    </Panel>
  );
}

function Templates({ templates }: { templates: readonly TemplateView[] }) {
  const actions = useActions();
  return (
    <Panel
      title="Templates"
      aside={
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} />}
          onClick={() => void actions.editTemplate(null)}
        >
          Add template
        </Button>
      }
    >
      {templates.length === 0 ? (
        <EmptyState icon={IconTemplate} title="No templates">
          A template says for many rooms at once whether they are recorded and where their files go.
        </EmptyState>
      ) : (
        templates.map((template) => <TemplateRow key={template.id} template={template} />)
      )}
    </Panel>
  );
}

function TemplateRow({ template }: { template: TemplateView }) {
  const actions = useActions();
  const where = template.destination === null ? 'hosted storage' : destinationText(template.destination);
  return (
    <SettingRow
      title={template.name}
      note={`${template.rooms === 1 ? '1 room' : `${template.rooms} rooms`} · ${where}`}
      action={
        <>
          <Switch
            labelPosition="left"
            label={template.enabled ? 'Records' : 'Does not record'}
            aria-label={`Record the rooms of ${template.name}`}
            checked={template.enabled}
            onChange={(event) => void actions.setTemplateEnabled(template.id, event.currentTarget.checked)}
          />
          <Button
            variant="default"
            aria-label={`Edit… template ${template.name}`}
            onClick={() => void actions.editTemplate(template.id)}
          >
            Edit…
          </Button>
        </>
      }
    />
  );
}

function InTheCall({ recorder }: { recorder: AppSnapshot['settings']['recorder'] }) {
  const actions = useActions();
  return (
    <Panel title="In the call">
      <SettingRow
        title={recorder.displayName === '' ? 'Rollcall (recording)' : recorder.displayName}
        note={
          recorder.consentText === ''
            ? 'The name that others see. There is no text yet to tell people that they are recorded.'
            : `The name that others see. People are told: “${recorder.consentText}”`
        }
        action={
          <Button
            variant="default"
            aria-label="Edit… name and text in the call"
            onClick={() => void actions.editRecorder()}
          >
            Edit…
          </Button>
        }
      />
    </Panel>
  );
}

const THEME_LABELS: Record<ThemeChoice, ReactNode> = { system: 'System', dark: 'Dark', light: 'Light' };

function Appearance() {
  const actions = useActions();
  const theme = useUi((state) => state.theme);
  return (
    <Panel title="Appearance">
      <SettingRow
        title="Colours"
        note="Dark is easier on the eyes beside a video; light reads better in the sun."
        action={
          <SegmentedControl
            aria-label="Colours"
            value={theme}
            data={THEME_CHOICES.map((choice) => ({ value: choice, label: THEME_LABELS[choice] }))}
            onChange={(value) => actions.setTheme(THEME_CHOICES.find((choice) => choice === value) ?? 'system')}
          />
        }
      />
    </Panel>
  );
}

function destinationText(destination: DestinationView): string {
  if (destination.location === null) return 'Hosted storage, once it is set up';
  const prefix = destination.prefix === '' ? '' : `/${destination.prefix}`;
  const where = destination.endpoint ?? `AWS ${destination.region ?? ''}`.trim();
  return `s3://${destination.location}${prefix} at ${where}`;
}

function credentialsText(destination: DestinationView): string {
  switch (destination.credentials) {
    case 'keys':
      return 'Signed in with keys';
    case 'endpoint':
      return 'Signed in by a credentials service';
    case 'default-chain':
      return 'Signed in by this computer’s AWS set-up';
    case 'none':
      return 'Not signed in';
  }
}

function webhookText(webhook: WebhookView | null): string {
  if (webhook === null) return 'None. Nobody is told when a file has been delivered.';
  return `${webhook.host} is told of each delivered file, ${webhook.signed ? 'with a signature' : 'without a signature'}.`;
}
