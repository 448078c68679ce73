import { contentDisposition, requireDownloadable } from '../files/download.ts';
import { loadFile, requireFileAccess } from '../files/file-access.ts';
import { UPLOAD_TYPES } from '../files/file-types.ts';
import { operation } from '../operation.ts';

/**
 * A006: the content of an attachment, streamed (ers.md §9 A006, §15). Whoever has a relationship with the request it is linked to may
 * read it.
 *
 * Refuses: 404 for an unknown id; 422 NO_RELATIONSHIP (also for a file linked to nothing), PATIENT_ERROR, PENDING, THREATS_FOUND,
 * VALIDATION_FAILED, FILE_SIZE_ERROR.
 */
export const retrieveAttachment = operation({
  id: 'A006',
  title: 'Retrieve attachment',
  version: 'STU3',
  method: 'GET',
  paths: ['/Binary/:attachmentLogicalId'],
  functions: ['REFERRING_CLINICIAN', 'REFERRING_CLINICIAN_ADMIN', 'SERVICE_PROVIDER_CLINICIAN', 'SERVICE_PROVIDER_CLINICIAN_ADMIN'],
  applications: ['provider'],
  ifMatch: false,
  body: { kind: 'none' },
  // Older uploads may be HTML.
  produces: [...UPLOAD_TYPES, 'text/html'],
  document: {
    description:
      'The content of an attachment with its name and media type. Whoever has a relationship with the request it is linked to may read it, ' +
      'once the virus scan has passed it.',
    refusals: { 422: ['NO_RELATIONSHIP', 'PATIENT_ERROR', 'PENDING', 'THREATS_FOUND', 'VALIDATION_FAILED', 'FILE_SIZE_ERROR'] },
    example: () => ({ path: { attachmentLogicalId: '19eb7224-dff3-4730-a5cb-67eac811f1a5' } }),
  },
  handle: async (call) => {
    const file = await loadFile(call, call.params['attachmentLogicalId'] ?? '');
    await requireFileAccess(call, file);
    requireDownloadable(file);
    return {
      status: 200,
      content: { type: file.contentType, body: await call.world.blobs.open(file.hash) },
      headers: { 'content-length': String(file.size), 'content-disposition': contentDisposition(file.name) },
    };
  },
});
