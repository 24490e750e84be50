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
import { texts } from '../../src-main/contract/texts/index.ts';
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
      title={texts.settings.title}
      notice={<LastError />}
      tools={
        <>
          <Button
            variant="default"
            leftSection={<IconFileImport size={16} />}
            loading={busy === 'import'}
            onClick={() => void actions.importSettings()}
          >
            {texts.common.importSettings}
          </Button>
          <Button
            variant="default"
            leftSection={<IconFileExport size={16} />}
            onClick={() => void actions.exportSettings()}
          >
            {texts.common.export}
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
      <Panel title={texts.settings.about.title}>
        <SettingRow
          title={texts.settings.about.version(snapshot.version)}
          note={texts.settings.about.note}
          action={
            <>
              <Button variant="default" onClick={() => void actions.saveDiagnostics()}>
                {texts.settings.about.saveDiagnostics}
              </Button>
              <Button
                variant="default"
                leftSection={<IconStethoscope size={16} />}
                onClick={() => actions.openDialog('preflight')}
              >
                {texts.settings.about.check}
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
    <Panel title={texts.settings.library.title}>
      <SettingRow
        title={<span className="selectable">{dir}</span>}
        note={freeBytes === null ? texts.common.freeSpaceUnknown : texts.settings.library.free(formatBytes(freeBytes))}
        action={
          <>
            <Button
              variant="default"
              leftSection={<IconFolderOpen size={16} />}
              onClick={() => void actions.openLibrary()}
            >
              {texts.settings.library.open}
            </Button>
            <Button
              variant="default"
              leftSection={<IconFolder size={16} />}
              loading={busy === 'library'}
              onClick={() => void actions.chooseLibrary()}
            >
              {texts.settings.library.change}
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
    <Panel title={texts.settings.delivery.title}>
      <SettingRow
        title={texts.settings.delivery.hosted}
        note={hosted === null ? texts.settings.delivery.hostedNone : destinationText(hosted)}
        action={
          <>
            <StateBadge
              state={
                hosted === null
                  ? { tone: 'amber', icon: 'clock', word: texts.settings.delivery.notSetUp }
                  : { tone: 'plain', icon: 'check', word: credentialsText(hosted) }
              }
            />
            <Button
              variant="default"
              aria-label={hosted === null ? texts.settings.delivery.setUpHosted : texts.settings.delivery.editHosted}
              onClick={() => void actions.editHosted()}
            >
              {hosted === null ? texts.settings.setUp : texts.settings.edit}
            </Button>
          </>
        }
      />
      <SettingRow
        title={texts.settings.delivery.webhook}
        note={webhookText(webhook)}
        action={
          <Button
            variant="default"
            aria-label={webhook === null ? texts.settings.delivery.setUpWebhook : texts.settings.delivery.editWebhook}
            onClick={() => void actions.editWebhook()}
          >
            {webhook === null ? texts.settings.setUp : texts.settings.edit}
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
      title={texts.settings.templates.title}
      aside={
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} />}
          onClick={() => void actions.editTemplate(null)}
        >
          {texts.settings.templates.add}
        </Button>
      }
    >
      {templates.length === 0 ? (
        <EmptyState icon={IconTemplate} title={texts.settings.templates.none}>
          {texts.settings.templates.noneNote}
        </EmptyState>
      ) : (
        templates.map((template) => <TemplateRow key={template.id} template={template} />)
      )}
    </Panel>
  );
}

function TemplateRow({ template }: { template: TemplateView }) {
  const actions = useActions();
  const where = template.destination === null ? texts.settings.templates.hosted : destinationText(template.destination);
  return (
    <SettingRow
      title={template.name}
      note={texts.settings.templates.facts(template.rooms, where)}
      action={
        <>
          <Switch
            labelPosition="left"
            label={template.enabled ? texts.settings.templates.records : texts.settings.templates.doesNotRecord}
            aria-label={texts.settings.templates.recordRoomsOf(template.name)}
            checked={template.enabled}
            onChange={(event) => void actions.setTemplateEnabled(template.id, event.currentTarget.checked)}
          />
          <Button
            variant="default"
            aria-label={texts.settings.templates.edit(template.name)}
            onClick={() => void actions.editTemplate(template.id)}
          >
            {texts.settings.edit}
          </Button>
        </>
      }
    />
  );
}

function InTheCall({ recorder }: { recorder: AppSnapshot['settings']['recorder'] }) {
  const actions = useActions();
  return (
    <Panel title={texts.recorder.title}>
      <SettingRow
        title={recorder.displayName === '' ? texts.recorder.defaultName : recorder.displayName}
        note={recorder.consentText === '' ? texts.recorder.noConsent : texts.recorder.withConsent(recorder.consentText)}
        action={
          <Button variant="default" aria-label={texts.recorder.edit} onClick={() => void actions.editRecorder()}>
            {texts.settings.edit}
          </Button>
        }
      />
    </Panel>
  );
}

const THEME_LABELS: Record<ThemeChoice, ReactNode> = {
  system: texts.settings.appearance.choices.system,
  dark: texts.settings.appearance.choices.dark,
  light: texts.settings.appearance.choices.light,
};

function Appearance() {
  const actions = useActions();
  const theme = useUi((state) => state.theme);
  return (
    <Panel title={texts.settings.appearance.title}>
      <SettingRow
        title={texts.settings.appearance.colours}
        note={texts.settings.appearance.note}
        action={
          <SegmentedControl
            aria-label={texts.settings.appearance.colours}
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
  if (destination.location === null) return texts.settings.delivery.hostedLater;
  const prefix = destination.prefix === '' ? '' : `/${destination.prefix}`;
  const { aws, azure } = texts.destinations;
  const service = destination.scheme === 'azure' ? azure : aws(destination.region ?? '');
  const where = destination.endpoint ?? service;
  return texts.settings.delivery.placeAt(`${destination.scheme}://${destination.location}${prefix}`, where);
}

function credentialsText(destination: DestinationView): string {
  switch (destination.credentials) {
    case 'keys':
      return texts.settings.credentials.keys;
    case 'endpoint':
      return texts.settings.credentials.endpoint;
    case 'default-chain':
      return texts.settings.credentials.chain;
    case 'none':
      return texts.settings.credentials.none;
  }
}

function webhookText(webhook: WebhookView | null): string {
  if (webhook === null) return texts.settings.delivery.webhookNone;
  return texts.settings.delivery.webhookTold(webhook.host, webhook.signed);
}
