import { setTimeout as pause } from 'node:timers/promises';
import Type, { type Static } from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import type { PortalClient } from '../portal-client.ts';

const Text = Type.String();
const Blocker = Type.Object({ reason: Text, who: Text, fix: Text });
const RoadSummary = Type.Object({ roadId: Text, product: Text, version: Text, supplier: Text, reviewers: Text });
export const RoadsAnswer = Type.Object({ roads: Type.Array(RoadSummary) });
/** A road as the portal's API tells it. */
export const RoadAnswer = Type.Object({
  road: RoadSummary,
  artefacts: Type.Array(
    Type.Object({
      kind: Text,
      key: Text,
      title: Text,
      state: Text,
      stateText: Text,
      done: Type.Boolean(),
      reasons: Type.Array(Text),
      answers: Type.Record(Text, Type.Union([Text, Type.Array(Text)])),
      actions: Type.Array(Type.Object({ action: Text, blockers: Type.Array(Blocker) })),
      waitsFor: Type.Optional(Text),
    }),
  ),
  gates: Type.Array(Type.Object({ gate: Text, title: Text, open: Type.Boolean(), blockers: Type.Array(Blocker) })),
  duties: Type.Array(Type.Object({ kind: Text, key: Text, reviewer: Text, action: Text, reasons: Type.Array(Text) })),
  tasks: Type.Array(Type.Object({ step: Text, number: Text, title: Text, status: Text, hint: Text })),
});
export type RoadView = Static<typeof RoadAnswer>;
export const HistoryAnswer = Type.Object({
  events: Type.Array(
    Type.Object({
      at: Text,
      kind: Text,
      key: Text,
      action: Text,
      who: Text,
      state: Text,
      reasons: Type.Array(Text),
      wouldHaveWaited: Type.Optional(Text),
    }),
  ),
  workingDays: Type.Integer(),
  documentedWorkingDays: Type.Integer(),
});

export type Given = Readonly<Record<string, string | readonly string[]>>;

const PATIENCE_MILLISECONDS = 60_000;
const BETWEEN_LOOKS = 60;

/** One road over the portal's API. */
export class RoadClient {
  readonly roadId: string;
  readonly #portal: PortalClient;

  constructor(portal: PortalClient, roadId: string) {
    this.#portal = portal;
    this.roadId = roadId;
  }

  /** Begins a road. Throws LocalRefusal as the portal refuses. */
  static async begin(portal: PortalClient, wish: Readonly<Record<string, string>>): Promise<RoadClient> {
    const { roadId } = await portal.call(RoadSummary, 'POST', '/roads', wish);
    return new RoadClient(portal, roadId);
  }

  view(): Promise<RoadView> {
    return this.#portal.call(RoadAnswer, 'GET', `/roads/${encodeURIComponent(this.roadId)}`);
  }

  history(): Promise<Static<typeof HistoryAnswer>> {
    return this.#portal.call(HistoryAnswer, 'GET', `/roads/${encodeURIComponent(this.roadId)}/history`);
  }

  answer(kind: string, answers: Given, key = ''): Promise<RoadView> {
    return this.#portal.call(RoadAnswer, 'PUT', `/roads/${encodeURIComponent(this.roadId)}/${kind}/answers`, { key, answers });
  }

  act(
    kind: string,
    action: string,
    { key = '', reasons }: { readonly key?: string; readonly reasons?: readonly string[] } = {},
  ): Promise<RoadView> {
    const body = { key, ...(reasons === undefined ? {} : { reasons }) };
    return this.#portal.call(RoadAnswer, 'POST', `/roads/${encodeURIComponent(this.roadId)}/${kind}/${encodeURIComponent(action)}`, body);
  }

  /**
   * Waits until an artefact is in a state.
   *
   * @throws LocalRefusal 409 when it is sent back, with the reasons; 504 when it does not come there
   */
  async until(kind: string, state: string, key = ''): Promise<RoadView> {
    for (let waited = 0; waited < PATIENCE_MILLISECONDS; waited += BETWEEN_LOOKS) {
      const view = await this.view();
      const found = view.artefacts.find((each) => each.kind === kind && each.key === key);
      if (found?.state === state) return view;
      if (found !== undefined && found.reasons.length > 0)
        throw new LocalRefusal(409, 'sent_back', `${found.title}: ${found.stateText.toLowerCase()}. ${found.reasons.join(' ')}`);
      await pause(BETWEEN_LOOKS);
    }
    throw new LocalRefusal(
      504,
      'no_decision',
      `The road did not come to ${kind} ${state} in a minute.`,
      'Look at it in the portal: /roads.',
    );
  }
}
