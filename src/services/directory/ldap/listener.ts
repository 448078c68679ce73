/** The directory's doors: what is loaded when the first LDAP client comes. */

import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { DoorHandlers, Visit } from '../../../kernel/service-door.ts';
import type { Db } from '../../../kernel/store/store.ts';
import { secureServerOptions } from '../../../kernel/tls/server.ts';
import { lastChange, markOf, systemsAndOrganisations } from '../register/all-records.ts';
import { changesAfter } from '../register/changes.ts';
import { allPeople, allRoleProfiles, person } from '../store.ts';
import { Directory, type DirectoryOptions, type StartTlsCredentials } from './directory.ts';
import { Session } from './session.ts';
import { DirectoryView } from './view.ts';

const views = new WeakMap<Db, DirectoryView>();

/** The one view of a store's records: both doors of an environment show it. */
export function viewOf(db: Db): DirectoryView {
  let view = views.get(db);
  if (view === undefined) {
    view = new DirectoryView(db, {
      lastChange,
      markOf,
      changesAfter,
      systemsAndOrganisations,
      people: allPeople,
      person,
      roleProfiles: allRoleProfiles,
    });
    views.set(db, view);
  }
  return view;
}

export interface HandlerParts {
  readonly view: DirectoryView;
  readonly options: DirectoryOptions;
  readonly failed: (text: string) => void;
  /** Offered on a plain door. */
  readonly startTls?: StartTlsCredentials | undefined;
}

/** Serves LDAP connections over one view of the records. */
export function ldapHandlers({ view, options, failed, startTls }: HandlerParts): DoorHandlers {
  const directory = new Directory(view, options, failed);
  const secured = new Directory(view, { ...options, secure: true }, failed);
  const context = startTls === undefined ? undefined : createSecureContext(secureServerOptions({ ...startTls, requireClient: false }));
  const sessions = new Set<Session>();
  const open = (socket: Socket, visit: Visit, plain: boolean): void => {
    const upgrade =
      plain && context !== undefined
        ? () => open(new TLSSocket(socket, { isServer: true, secureContext: context }), visit, false)
        : undefined;
    const session = new Session(socket, visit, plain ? directory : secured, upgrade);
    sessions.add(session);
    socket.once('close', () => sessions.delete(session));
  };
  return {
    connection: (socket, visit) => open(socket, visit, !options.secure),
    close() {
      for (const session of sessions) session.leave();
    },
  };
}
