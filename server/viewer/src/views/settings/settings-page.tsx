import { useQuery } from '@tanstack/react-query';
import { meQuery } from '../../api/queries.ts';
import { formatBytes, formatExact } from '../../model/format.ts';
import { usePageTitle } from '../../page-title.ts';
import { type Preferences, setPreferences, usePreferences } from '../../preferences.ts';
import { usePageSession } from '../../session-context.ts';
import { PageHeading } from '../parts/page-heading.tsx';
import styles from './settings-page.module.css';

/** What this device prefers, and what the server has set. */
export function SettingsPage() {
  usePageTitle('Settings');
  const { key } = usePageSession();
  const { data: me } = useQuery(meQuery(key));
  const { theme, zone, hasShortcuts } = usePreferences();
  return (
    <div className={styles.page}>
      <PageHeading>Settings</PageHeading>
      <section>
        <h2>On this device</h2>
        <label className={styles.row}>
          Theme
          <select
            value={theme}
            onChange={(event) => setPreferences({ theme: event.target.value as Preferences['theme'] })}
          >
            <option value="system">As the system</option>
            <option value="light">Light</option>
            <option value="dark">Dark</option>
          </select>
        </label>
        <label className={styles.row}>
          Times are shown in
          <select
            value={zone}
            onChange={(event) => setPreferences({ zone: event.target.value as Preferences['zone'] })}
          >
            <option value="local">This device’s zone</option>
            <option value="utc">UTC</option>
          </select>
        </label>
        <label className={styles.row}>
          Single keys act
          <input
            type="checkbox"
            checked={hasShortcuts}
            onChange={(event) => setPreferences({ hasShortcuts: event.target.checked })}
          />
        </label>
        <p className={styles.note}>Motion follows the system’s setting “reduce motion”.</p>
      </section>
      {me !== undefined && (
        <section>
          <h2>Of the server</h2>
          <dl className={styles.facts}>
            <dt>Version</dt>
            <dd>{me.server_version}</dd>
            <dt>Project</dt>
            <dd>
              <bdi>{me.project_id}</bdi>
            </dd>
            <dt>This key may</dt>
            <dd>{me.scopes.join(', ')}</dd>
            <dt>Traces expire after</dt>
            <dd>{formatExact(me.limits.retention_days)} days</dd>
            <dt>Largest request</dt>
            <dd>{formatBytes(me.limits.max_body_bytes)}</dd>
            <dt>Largest input or output</dt>
            <dd>{formatBytes(me.limits.max_payload_bytes)}</dd>
            <dt>Records in a batch</dt>
            <dd>{formatExact(me.limits.max_batch_elements)}</dd>
            {me.limits.requests_per_minute !== undefined && (
              <>
                <dt>Requests a minute</dt>
                <dd>{formatExact(me.limits.requests_per_minute)}</dd>
              </>
            )}
          </dl>
        </section>
      )}
    </div>
  );
}
