import { ErsRefusal, ErsStatus } from '../errors.ts';
import { requireScanned } from '../files/download.ts';
import { loadFile, requireFileAccess } from '../files/file-access.ts';
import { FILE_ID } from '../files/file-id.ts';
import { signedLink } from '../files/object-store.ts';
import type { StoredFile } from '../model.ts';
import { operation } from '../operation.ts';
import type { ReferralCall } from '../stu3/referral-access.ts';

/**
 * A042: where to fetch a file of any size: a link to the object store that holds for a short time (ers.md §9 A042, §15).
 *
 * Refuses: 400 REC_BAD_REQUEST for an id of another form; 404 REC_NOT_FOUND; 403 NO_RELATIONSHIP, also for a patient whose record is
 * sensitive; 422 PENDING, THREATS_FOUND, VALIDATION_FAILED.
 */
export const retrieveAttachmentByLink = operation({
  id: 'A042',
  title: 'Retrieve attachment (redirect)',
  version: 'R4',
  method: 'GET',
  paths: ['/Binary/:id'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: ['provider'],
  ifMatch: false,
  body: { kind: 'none' },
  // The answer has no body; clients ask for the type of the file they expect, and 406 is not among the published answers.
  produces: ['*/*'],
  document: {
    description:
      'Where to fetch an attachment of any size: Location is a link to the object store that holds for a short time and needs no token.',
    success: 307,
    refusals: { 400: [], 403: ['NO_RELATIONSHIP'], 422: ['PENDING', 'THREATS_FOUND', 'VALIDATION_FAILED'] },
    example: () => ({ path: { id: '19eb7224-dff3-4730-a5cb-67eac811f1a5' } }),
  },
  handle: async (call) => {
    const { world, instance, fhirBase } = call;
    const id = call.params['id'] ?? '';
    if (!FILE_ID.test(id))
      throw new ErsStatus(400, {
        check: 'ers.file-id',
        why: `"${id.slice(0, 100)}" is not the id of a file.`,
        fix: 'Send the id of an attachment’s url: a UUID, or att-{number}-{number}.',
      });
    const file = await loadFile(call, id);
    await requireRelationshipR4(call, file);
    requireScanned(file);
    const link = signedLink(world.sealer, { instance, fileId: file.id }, world.clock.now());
    return { status: 307, headers: { location: `${new URL(fhirBase).origin}${link}` } };
  },
});

/** R4 says 403 where STU3 says 422, and knows no PATIENT_ERROR here (ers.md §4.2, §7.2). */
async function requireRelationshipR4(call: ReferralCall, file: StoredFile): Promise<void> {
  try {
    await requireFileAccess(call, file);
  } catch (error) {
    if (!(error instanceof ErsRefusal)) throw error;
    throw new ErsRefusal(
      403,
      [{ code: 'NO_RELATIONSHIP', diagnostics: 'The caller has no legitimate relationship with the resource.' }],
      error.explanation,
    );
  }
}
