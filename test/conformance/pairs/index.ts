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
import { rows as a021 } from './a021-create-and-send-for-triage.ts';
import { rows as a022 } from './a022-cancel-action-later.ts';
import { rows as a023 } from './a023-advice-worklist.ts';
import { rows as a024 } from './a024-advice-request.ts';
import { rows as a025 } from './a025-conversation.ts';
import { rows as a026 } from './a026-advice-response.ts';
import { rows as a027 } from './a027-convert-advice.ts';
import { rows as a028 } from './a028-record-triage-outcome.ts';
import { rows as a029 } from './a029-available-actions.ts';
import { rows as a030 } from './a030-business-functions.ts';
import { rows as a031 } from './a031-change-shortlist.ts';
import { rows as a033 } from './a033-a035-services.ts';
import { rows as a034 } from './a034-update-appointment.ts';
import { rows as a036 } from './a036-cancel-referral.ts';
import { rows as a038 } from './a038-retrieve-appointment.ts';
import { rows as a040 } from './a040-on-behalf-of-users.ts';
import { rows as a041 } from './a041-service-requests.ts';
import { rows as a044 } from './a044-create-advice.ts';

export const ROWS: readonly Row[] = [
  a004,
  a005,
  a008,
  a010,
  a011,
  a012,
  a014,
  a015,
  a016,
  a021,
  a022,
  a023,
  a024,
  a025,
  a026,
  a027,
  a028,
  a029,
  a030,
  a031,
  a033,
  a034,
  a036,
  a038,
  a040,
  a041,
  a044,
].flat();
