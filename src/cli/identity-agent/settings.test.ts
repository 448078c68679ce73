/** Settings files of the Identity Agent, byte for byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CLIENT_IDS, CLIENTS, FORMATS, readSettings, SettingsError, settingsFile, settingsFor } from './settings.ts';

const INT = {
  environment: 'INT',
  gas: 'https://gas.nis1.national.ncrs.nhs.uk',
  portal: 'https://localhost:8043/',
  issuers: ['CN=NHS INT Level 1C (LocalSpine), OU=CA, O=nhs'],
};

test('the file of BT IA13 is the published one, with this environment’s addresses', () => {
  const file = settingsFile('reg', 'bt-ia13', INT);
  assert.deepEqual([file[0], file[1]], [0xff, 0xfe]);
  const lines = file.toString('utf16le').slice(1).split('\r\n');
  assert.ok(lines.every((each) => !each.includes('\n')));
  assert.deepEqual(
    lines.filter((each) => !each.startsWith(';')),
    [
      'Windows Registry Editor Version 5.00',
      '',
      '',
      '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Gemplus\\GAC]',
      '"Activate.URL"="https://gas.nis1.national.ncrs.nhs.uk/login/authactivate"',
      '"Logout.URL"="https://gas.nis1.national.ncrs.nhs.uk/login/authlogout"',
      '"Authentication.StartBrowser.Url"="https://localhost:8043/?token=<SSO_TICKET>"',
      '"UpdateWatcher.enable"=dword:00000000',
      '"RoleSelection.URL"="https://gas.nis1.national.ncrs.nhs.uk/saml/RoleSelectionGP.jsp?token=<SSO_TICKET>&selectedRoleUid=<ROLE_UID>&ssbMode=<MODE>&gacVersion=<GAC_VERSION>&fallbackStatus=<FALLBACK>"',
      '"Portal.URL"="https://localhost:8043/"',
      '',
      '',
    ],
  );
});

test('the HSCIC agents look under their own key; names that are not published are marked as local', () => {
  for (const client of CLIENT_IDS.filter((each) => each.startsWith('hscic'))) {
    const text = settingsFile('reg', client, INT).toString('utf16le');
    assert.ok(text.includes(`\r\n[${CLIENTS[client].key}]\r\n`));
    assert.equal(text.includes('Wow6432Node'), client.endsWith('64'));
    assert.match(text, /\r\n; local: the names of the values/);
    assert.ok(text.includes('"TrustedCertificateIssuers"="CN=NHS INT Level 1C (LocalSpine), OU=CA, O=nhs"\r\n'));
  }
});

for (const client of CLIENT_IDS)
  for (const format of FORMATS)
    test(`what is written for ${client} as ${format} is read again`, () => {
      const wanted = settingsFor(client, INT).map(({ name, value }) => [name, String(value)]);
      assert.deepEqual([...readSettings(settingsFile(format, client, INT))], wanted);
    });

test('group policy wins over the machine, and that over the user; plain ASCII is read too', () => {
  const file = [
    'Windows Registry Editor Version 5.00',
    '',
    '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\HSCIC\\Identity Agent]',
    '"a"="policy"',
    '[HKEY_CURRENT_USER\\SOFTWARE\\HSCIC\\Identity Agent]',
    '"a"="user"',
    '"b"="user"',
    '"c"="C:\\\\x \\"y\\""',
    '[HKEY_LOCAL_MACHINE\\SOFTWARE\\HSCIC\\Identity Agent]',
    '"a"="machine"',
    '"b"="machine"',
    '',
  ].join('\r\n');
  const settings = readSettings(Buffer.from(file));
  assert.deepEqual([settings.get('a'), settings.get('b'), settings.get('c')], ['policy', 'machine', 'C:\\x "y"']);
});

test('any addresses survive, and any bytes are read or refused', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), fc.constantFrom(...FORMATS), (gas, format) => {
      assert.equal(readSettings(settingsFile(format, 'bt-ia13', { ...INT, gas })).get('Logout.URL'), `${gas}/login/authlogout`);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      try {
        readSettings(Buffer.from(bytes));
      } catch (error) {
        assert.ok(error instanceof SettingsError);
      }
    }),
  );
});
