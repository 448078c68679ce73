import { type Command, Option } from 'commander';
import Type from 'typebox';
import { LocalRefusal } from '../../kernel/errors.ts';
import { secureRandom } from '../../kernel/random.ts';
import { type CommandBook, type Invocation, wholeNumber } from '../invocation.ts';
import { table } from '../output.ts';
import { PortalClient } from '../portal-client.ts';

const Account = Type.Object({ teams: Type.Array(Type.Object({ teamId: Type.String(), name: Type.String() })) });
const MODES = ['user-restricted', 'application-restricted'] as const;

/** `localspine onboard …`: a product into an environment by its real steps, in seconds. */
export function addOnboarding(program: Command, book: CommandBook): void {
  const onboard = book.group(program, 'onboard', 'bring a product into an environment through the portal');
  book
    .add(onboard, 'int', 'use case, registration, key pair, form and ASID in INT; ends with a working token', onboardInt)
    .requiredOption('--product <name>', 'name of the product')
    .option('--product-version <version>', 'its version', '1.0')
    .option('--as <email>', 'who does it (default: the release lead of the demonstration)')
    .option('--ods <code>', 'ODS code of the supplier', 'ZS001')
    .addOption(new Option('--mode <mode>', 'how it calls').choices(MODES).default('application-restricted'))
    .addOption(new Option('--capability <side>', 'unattended: side of the referral').choices(['referrer', 'provider']).default('provider'))
    .option('--organisation <ods>', 'organisation it acts for', 'R69')
    .option('--key-bits <bits>', 'size of the key pair', wholeNumber(2048, 8192), 4096);
}

async function onboardInt(invocation: Invocation): Promise<void> {
  const portal = PortalClient.of(invocation, invocation.text('as') ?? 'release@localspine.example');
  const [team] = (await portal.call(Account, 'GET', '/account')).teams;
  if (team === undefined)
    throw new LocalRefusal(409, 'no_team', 'Who onboards is in no team.', 'Create one: npx localspine portal team create NAME --as EMAIL');
  const [{ RoadClient }, { SupplierSoftware, SAMPLE_CALLS }] = await Promise.all([
    import('../rehearsal/road-client.ts'),
    import('../rehearsal/supplier-software.ts'),
  ]);
  const unattended = invocation.text('mode') !== 'user-restricted';
  const use = !unattended
    ? 'user-restricted'
    : invocation.text('capability') === 'referrer'
      ? 'application-restricted-referrer'
      : 'application-restricted-provider';
  const organisation = invocation.requiredText('organisation');
  const product = invocation.requiredText('product');
  invocation.progress('Use case …');
  const road = await RoadClient.begin(portal, {
    product,
    version: invocation.requiredText('productVersion'),
    supplierOds: invocation.requiredText('ods'),
    teamId: team.teamId,
    reviewers: 'at-once',
  });
  await road.answer('use-case', {
    justification: `${product} works with e-RS.`,
    party: [use === 'application-restricted-referrer' ? 'referrer' : 'provider'],
    dataset: 'Reference data to begin with.',
    dspt: 'standards-met',
    endpoints: unattended ? ['A004'] : ['A004', 'A030'],
    [`organisations.${use}`]: organisation,
  });
  await road.act('use-case', 'submit');
  await road.until('use-case', 'accepted');
  const int = new SupplierSoftware(invocation, 'INT');
  try {
    invocation.progress('Application and key pair …');
    const application = await int.register(portal, use, {
      teamId: team.teamId,
      supplier: team.name,
      product,
      keyBits: invocation.number('keyBits') ?? 4096,
    });
    invocation.progress('Integration testing form …');
    await road.answer('integration-form', {
      [`app.${use}`]: application.appId,
      organisation,
      'contact-name': 'To be named',
      'contact-email': `contact.${secureRandom.text(6, 'abcdefghijkmnpqrstuvwxyz')}@localspine.example`,
      pas: 'yes',
    });
    await road.act('integration-form', 'submit');
    await road.until('integration-form', 'data-pack-issued');
    const { asid } = await portal.call(Type.Object({ asid: Type.String() }), 'GET', `/applications/${application.appId}`);
    if (unattended) await proveToken();
    const done = {
      roadId: road.roadId,
      appId: application.appId,
      apiKey: application.apiKey,
      asid,
      privateKeyPath: application.privateKeyPath,
    };
    invocation.result(done, () =>
      [
        table([
          ['AppID', done.appId],
          ['API key', done.apiKey],
          ['ASID', done.asid],
          ['private key', done.privateKeyPath],
          ['the road', `${portal.url}/roads/${done.roadId}`],
        ]),
        '',
        `Try: npx localspine token --environment int --app ${done.appId}${unattended ? '' : ' --user 021600556514'}`,
      ].join('\n'),
    );

    /** The token works, and the ASID is bound: e-RS answers. */
    async function proveToken(): Promise<void> {
      await int.signIn(application, { id: '' });
      const sample = SAMPLE_CALLS['A004'];
      if (sample === undefined) return;
      const { status, correlationId } = await int.call(application, sample);
      if (status >= 300)
        throw new LocalRefusal(
          502,
          'call_refused',
          `e-RS answered ${status}.`,
          `Why: npx localspine journal show ${correlationId} --environment int`,
        );
    }
  } finally {
    await int.close();
  }
}
