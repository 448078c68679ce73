import { access } from './access/index.ts';
import { applications } from './applications/index.ts';
import { asids } from './asids/index.ts';
import { audit } from './audit/index.ts';
import { catalogue } from './catalogue/index.ts';
import { conformance } from './conformance/index.ts';
import { connecting } from './connecting/index.ts';
import { help } from './help/index.ts';
import { inspector } from './inspector/index.ts';
import { mail } from './mail/index.ts';
import type { PortalModule } from './module.ts';
import { release } from './release/index.ts';
import { schedule } from './schedule/index.ts';

/** The parts of the portal, in the order in which they are built: each may use those before it. */
export const portalModules: readonly PortalModule[] = [
  audit,
  mail,
  access,
  catalogue,
  applications,
  asids,
  conformance,
  connecting,
  release,
  schedule,
  inspector,
  help,
];
