/** The table of pre-states: a row for every published pair. */
import type { Row } from '../pair.ts';
import { rows as a004 } from './a004-reference-data.ts';
import { rows as a005 } from './a005-retrieve-referral-request.ts';
import { rows as a008 } from './a008-worklists.ts';
import { rows as a010 } from './a010-service-search.ts';
import { rows as a011 } from './a011-create-referral.ts';
import { rows as a012 } from './a012-referral-letter.ts';
import { rows as a014 } from './a014-reject-referral.ts';
import { rows as a015 } from './a015-slots.ts';
import { rows as a016 } from './a016-book-or-defer.ts';
import { rows as a029 } from './a029-available-actions.ts';
import { rows as a030 } from './a030-business-functions.ts';

export const ROWS: readonly Row[] = [a004, a005, a008, a010, a011, a012, a014, a015, a016, a029, a030].flat();
