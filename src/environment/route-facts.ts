import type { FastifyInstance } from 'fastify';

/** A route that an environment's web application really has. */
export interface RouteFact {
  readonly service: string;
  readonly method: string;
  /** As it was registered: `/referrals/:ubrn`. */
  readonly path: string;
}

/** Keeps account of the routes as they are registered, and of whose they are. */
export class RouteFacts {
  readonly #facts: RouteFact[] = [];
  #owner = 'environment';

  /** Watches an application from now on. */
  watch(app: FastifyInstance): void {
    app.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) this.#facts.push({ service: this.#owner, method: each, path: url });
    });
  }

  /** Whose the routes are that come next. */
  owner(service: string): void {
    this.#owner = service;
  }

  /** The route that is registered under a path, parameters by any name; a slash at the end makes no difference. */
  find(method: string, path: string): RouteFact | undefined {
    const wanted = shapeOf(path);
    return this.#facts.find((each) => each.method === method && shapeOf(each.path) === wanted);
  }
}

function shapeOf(path: string): string {
  return path.replace(/:[^/]+/g, ':').replace(/(?<=.)\/$/, '');
}
