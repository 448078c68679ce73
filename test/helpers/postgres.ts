/** A PostgreSQL database of a test's own, on the server that TEST_POSTGRES_URL names. */
import pg from 'pg';

export interface OwnDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Makes it; `drop` takes it away, whoever is still connected. */
export async function ownDatabase(server: string, purpose: string): Promise<OwnDatabase> {
  const name = `localspine_${purpose}_${process.pid}`;
  const run = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await run(`drop database if exists ${name} with (force)`);
  await run(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: String(url), drop: () => run(`drop database if exists ${name} with (force)`) };
}
