import type { FastifyReply, FastifyRequest } from 'fastify';
import { fastifyPlugin } from 'fastify-plugin';
import type { Scope } from 'llm-tracer/schema';
import { type ApiKey, findApiKey } from '../api-keys.ts';

/** What a route does with a project's records. `any`: it says something about the key only. */
export type Access = 'read' | 'write' | 'delete' | 'any';

declare module 'fastify' {
  interface FastifyRequest {
    /** The project that the key of this request belongs to. */
    project: string;
    /** What the key of this request may do. */
    scopes: readonly Scope[];
    /** Stands for the key, for what is counted by key. */
    keyOwner: object;
  }
  interface FastifyContextConfig {
    /** @default by method: GET reads, DELETE deletes, others write */
    access?: Access;
    /** The key may also be the password of Basic credentials, as clients of others send it. @default false */
    takesBasic?: boolean;
  }
}

export interface AuthOptions {
  readonly keys: readonly ApiKey[];
  /** The project of requests without a key; where it is undefined each needs one. */
  readonly openProject: string | undefined;
}

type KeyOwner = Pick<ApiKey, 'project' | 'scope'>;

const granted: Readonly<Record<Scope, { readonly scopes: readonly Scope[]; readonly access: readonly Access[] }>> = {
  ingest: { scopes: ['ingest'], access: ['any', 'write'] },
  read: { scopes: ['read'], access: ['any', 'read'] },
  admin: { scopes: ['ingest', 'read', 'admin'], access: ['any', 'read', 'write', 'delete'] },
};

/** Who asks, and whether the key may: runs before a body is read, for every route of the scope it is registered in. */
export const auth = fastifyPlugin(
  async (app, { keys, openProject }: AuthOptions) => {
    app.decorateRequest('project', '');
    app.decorateRequest('scopes');
    app.decorateRequest('keyOwner');
    const openKey: KeyOwner | undefined =
      openProject === undefined ? undefined : { project: openProject, scope: 'admin' };

    app.addHook('onRequest', async (request, reply) => {
      const presented = presentedKey(request);
      const key: KeyOwner | undefined = presented === undefined ? openKey : findApiKey(keys, presented);
      if (key === undefined) return refuse(reply, presented);

      const { scopes, access } = granted[key.scope];
      request.project = key.project;
      request.scopes = scopes;
      request.keyOwner = key;
      const needed = request.routeOptions.config.access ?? accessOf(request.method);
      if (access.includes(needed)) return;
      return reply.problem(403, `This key has the scope ${key.scope}, which does not allow to ${needed} here.`);
    });
  },
  { name: 'auth', dependencies: ['problem'] },
);

function presentedKey({ headers, routeOptions }: FastifyRequest): string | undefined {
  const own = headers['x-api-key'];
  if (own !== undefined && own !== '') return String(own);
  const { authorization } = headers;
  const [, basic] = /^Basic +(.+)$/i.exec(authorization ?? '') ?? [];
  if (basic !== undefined && routeOptions.config.takesBasic) return passwordOf(basic);
  return /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1] ?? authorization;
}

/** The password of Basic credentials: clients of Langfuse send a public and a secret key so, and ours is the secret. */
const passwordOf = (credentials: string): string =>
  /^[^:]*:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString('utf8'))?.[1] ?? '';

function refuse(reply: FastifyReply, presented: string | undefined): FastifyReply {
  reply.header('www-authenticate', 'Bearer');
  return reply.problem(
    401,
    presented === undefined
      ? 'This needs a key, in the header X-API-Key or as Authorization: Bearer.'
      : 'This key is not one of the server’s API_KEYS. Of an entry ID:SECRET, the key is SECRET.',
  );
}

function accessOf(method: string): Access {
  if (method === 'GET' || method === 'HEAD') return 'read';
  return method === 'DELETE' ? 'delete' : 'write';
}
