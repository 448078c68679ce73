/** What stands above an environment sees of it. */
export { manageHere } from './in-process.ts';
export type { ManagedEnvironment } from './managed.ts';
export { operation } from './operation.ts';
export type { InputOf, OperationName, OutputOf } from './operations.ts';
export { manageOverHttp, type RemotePlace } from './over-http.ts';
