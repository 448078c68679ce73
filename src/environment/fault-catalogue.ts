import { type FaultChapter, type FaultExample, faultChapter } from '../kernel/faults/catalogue.ts';
import { offeredBy, type Service } from '../kernel/service.ts';

/** All that can be made to go wrong with these services, in their order. */
export function faultCatalogue(services: readonly Pick<Service<unknown>, 'offers'>[]): Promise<readonly FaultChapter[]> {
  return Promise.all(offeredBy(services, faultChapter).map((load) => load()));
}

/** An example by its name, with the service it is of. */
export function exampleNamed(
  chapters: readonly FaultChapter[],
  name: string,
): { readonly service: string; readonly example: FaultExample } | undefined {
  for (const { service, examples } of chapters) {
    const example = examples.find((each) => each.name === name);
    if (example !== undefined) return { service, example };
  }
  return undefined;
}
