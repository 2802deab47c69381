import type { Routes } from 'macaw-client/admin';
import { ActionButton } from './confirm.tsx';
import { useTexts } from './language.ts';
import { Panel, Table, Time } from './layout.tsx';

type DevicesProps = Routes['GET /ctx/:id/devices']['response'] & {
  readonly onDisconnect: (connection: string) => Promise<unknown>;
  readonly onRemove: (installation: string) => Promise<unknown>;
};

/** The open connections of a user, and the installations that get pushes for them. */
export function Devices({ connections, installations, onDisconnect, onRemove }: DevicesProps) {
  const texts = useTexts();
  return (
    <>
      <Panel title={texts.connections}>
        <Table
          title={texts.connections}
          columns={[texts.id, texts.opened, texts.state, texts.action]}
          rows={connections.map(({ id, opened, background }) => ({
            key: id,
            cells: [
              id,
              opened === undefined ? '' : <Time key="opened" at={opened} />,
              background ? texts.background : texts.foreground,
              <ActionButton
                key="disconnect"
                label={texts.disconnect}
                name={texts.disconnectOne(id)}
                action={() => onDisconnect(id)}
              />,
            ],
          }))}
        />
      </Panel>
      <Panel title={texts.installations}>
        <Table
          title={texts.installations}
          columns={[texts.id, texts.device, texts.pushes, texts.unreadBadge, texts.created, texts.action]}
          rows={installations.map(({ id, deviceType, environment, pushable, badge, created }) => ({
            key: id,
            cells: [
              id,
              [deviceType, environment].filter((part) => part !== undefined).join(', '),
              <span key="pushes" className="badge" data-good={pushable}>
                {pushable ? texts.pushable : texts.notPushable}
              </span>,
              badge,
              <Time key="created" at={created} />,
              <ActionButton
                key="action"
                label={texts.delete}
                name={texts.deleteOne(id)}
                question={texts.removeInstallation}
                action={() => onRemove(id)}
              />,
            ],
          }))}
        />
      </Panel>
    </>
  );
}
