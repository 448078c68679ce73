import type { AddressInfo, Server } from 'node:net';
import { LocalRefusal } from '../kernel/errors.ts';
import { letGo } from './ports.ts';

/** Listens, and gives the port that was taken. Throws LocalRefusal when it cannot be. */
export async function boundPort(server: Server, port: number, host: string): Promise<number> {
  await letGo(port);
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(refusalOfPort(error, port)));
    server.listen(port, host, () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** One clear sentence for the usual reasons that a port cannot be opened; any other error as it is. */
export function refusalOfPort(error: NodeJS.ErrnoException, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new LocalRefusal(
        409,
        'port_in_use',
        `Port ${port} is already in use.`,
        'Stop what uses it, or choose another block of ports with LOCALSPINE_PORT_BASE (for example 9000).',
      );
    case 'EACCES':
      return new LocalRefusal(
        403,
        'port_forbidden',
        `Port ${port} may not be opened by this user.`,
        'Choose another block of ports with LOCALSPINE_PORT_BASE.',
      );
    case 'EADDRNOTAVAIL':
      return new LocalRefusal(
        409,
        'address_unavailable',
        `This machine does not have the address ${'address' in error ? String(error.address) : 'it is to listen on'}.`,
        'Where only 127.0.0.1 is there (macOS), give the loopback interface the address, or leave LOCALSPINE_ROTATE_ADDRESSES off.',
      );
    default:
      return error;
  }
}
