import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, succeeded } from './command.ts';
import { emulatorFolder } from './places.ts';

/** The account that the emulator is. */
export const account = '123456789012';

/** A call that somebody signed, as IAM names it. */
export interface RecordedCall {
  readonly key: string;
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  readonly status: number;
  readonly denied?: boolean;
}

export interface Emulator {
  readonly url: string;
  /** Where each deployed function is unpacked. */
  readonly functions: string;
  /** Every signed call, one JSON object a line. */
  readonly recordFile: string;
  record(): Promise<RecordedCall[]>;
  /** A call of the JSON protocol, signed by the access key id; the status and what was answered. */
  ask(
    key: string,
    service: string,
    target: string,
    body?: object,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  /** A GET of a REST path, signed by the access key id. */
  read(key: string, service: string, path: string): Promise<{ status: number; text: string }>;
  /** A call of the query protocol, as an administrator; what was answered, as XML. */
  form(
    service: string,
    action: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: string }>;
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  /** IAM policy documents (files) by the access key ids that they are enforced for. Other keys are administrators. */
  readonly policies: Readonly<Record<string, string>>;
  /** Names of deployed roles by the access key ids that may do what these allow. */
  readonly roles: Readonly<Record<string, string>>;
}

export async function startEmulator({ policies, roles }: EmulatorOptions): Promise<Emulator> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-tracer-aws-'));
  const functions = join(folder, 'functions');
  const recordFile = join(folder, 'calls.jsonl');
  await mkdir(functions);
  const script = join(emulatorFolder, 'aws-emulator.sh');
  const options = { cwd: folder, env: { AWS_EMULATOR_DIR: folder } };
  const pairs = (flag: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  const { stdout } = await succeeded(
    run(
      script,
      [
        'start',
        '--record',
        recordFile,
        '--functions',
        functions,
        ...pairs('--policy', policies),
        ...pairs('--role', roles),
      ],
      options,
    ),
  );
  const url = stdout.trim();
  const signed = (key: string, service: string) => ({
    // The emulator reads who signed and for which service; it checks no signature.
    authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  });
  return {
    url,
    functions,
    recordFile,
    async record() {
      const lines = (await readFile(recordFile, 'utf8')).trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line));
    },
    async ask(key, service, target, body = {}) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...signed(key, service), 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    async read(key, service, path) {
      const response = await fetch(url + path, { headers: signed(key, service) });
      return { status: response.status, text: await response.text() };
    },
    async form(service, action, parameters) {
      const response = await fetch(url, {
        method: 'POST',
        headers: signed('admin', service),
        body: new URLSearchParams({ Action: action, ...parameters }),
      });
      return { status: response.status, body: await response.text() };
    },
    async stop() {
      await run(script, ['stop'], options);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
