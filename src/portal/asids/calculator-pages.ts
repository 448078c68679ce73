/** The ASID calculator as a page whose address is the plan, with the worked examples; and the sharing matrix. Open to everybody. */
import type { FastifyInstance } from 'fastify';
import { ERS_USES } from '../applications/index.ts';
import type { Portal } from '../portal.ts';
import { COLLECTIVE_SERVICES, calculateAsids, comparePlans } from './calculator.ts';
import { useWords } from './display-name.ts';
import { WORKED_EXAMPLES } from './examples.ts';
import { MOST_ROWS, planOf, planProblems, planQuery, readPlanForm } from './plan-form.ts';
import { asidModelOf } from './policy.ts';
import { sharingMatrix } from './sharing-matrix.ts';

const VIEWS = 'asids/pages';

/** Registers `/asids/calculator` and `/asids/sharing`. */
export function registerCalculator(app: FastifyInstance, portal: Portal): void {
  const { site } = portal;
  const examples = WORKED_EXAMPLES.map((each) => ({
    ...each,
    href: `/asids/calculator?${planQuery(each.plan)}&example=${each.id}#result`,
  }));
  app.get('/asids/calculator', async (request, reply) => {
    const query = new URLSearchParams(request.url.split('?')[1] ?? '');
    const environment = query.get('environment');
    const policy = await asidModelOf(portal, environment === 'INT' || environment === 'DEP' ? environment : 'PROD');
    const form = readPlanForm(query, policy);
    const act = query.get('do');
    const problems = act === 'calculate' ? planProblems(form) : {};
    const adding = act === 'add' && form.rows.length < MOST_ROWS;
    const good = act === 'calculate' && Object.keys(problems).length === 0;
    const example = examples.find((each) => each.id === query.get('example'));
    const change = good && example?.before !== undefined ? comparePlans(example.before, planOf(form)) : undefined;
    return site.page(
      request,
      reply,
      `${VIEWS}/calculator.njk`,
      {
        title: 'ASID calculator',
        form: { ...form, rows: adding ? [...form.rows, { odsCode: '', name: '', uses: [], collective: [] }] : form.rows },
        uses: ERS_USES.map((value) => ({ value, text: useWords(value) })),
        collective: COLLECTIVE_SERVICES,
        examples,
        policy,
        example,
        change,
        needs: good ? calculateAsids(planOf(form)) : undefined,
        problems,
      },
      good || act !== 'calculate' ? 200 : 400,
    );
  });
  app.get('/asids/sharing', async (request, reply) =>
    site.page(request, reply, `${VIEWS}/sharing.njk`, {
      title: 'Which services may share an ASID',
      ...(await sharingMatrix(portal)),
    }),
  );
}
