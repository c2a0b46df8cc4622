/** Which deployment is tested, as the environment says. */
export interface Deployment {
  readonly url: string;
  readonly key: string;
  readonly tracesTable: string;
  readonly spansTable: string;
  readonly payloadBucket: string;
}

/**
 * Reads the variables of the guide: `API_BASE_URL` (else `TRACER_URL`), `API_KEY`, `DYNAMODB_TRACES_TABLE`,
 * `DYNAMODB_SPANS_TABLE`; and `PAYLOAD_BUCKET`, which follows from a generated table name.
 *
 * @throws Error naming what is missing: a suite without a deployment must not pass.
 */
export function deploymentOf(env: Readonly<Record<string, string | undefined>>): Deployment {
  const required = (name: string, fallback?: string): string => {
    const value = env[name] || fallback;
    if (value) return value;
    throw new Error(
      `${name} is not set. The deployment tests need a deployment: \`just output-dev\` in infrastructure/ prints what belongs into .env.`,
    );
  };
  const tracesTable = required('DYNAMODB_TRACES_TABLE');
  return {
    url: required('API_BASE_URL', env['TRACER_URL']).replace(/\/+$/, ''),
    key: required('API_KEY', env['TRACER_API_KEY']),
    tracesTable,
    spansTable: required('DYNAMODB_SPANS_TABLE'),
    payloadBucket: required('PAYLOAD_BUCKET', bucketBeside(tracesTable)),
  };
}

/** Tables and bucket of an environment are named alike, unless the table has a name of its own. */
function bucketBeside(tracesTable: string): string | undefined {
  return tracesTable.endsWith('-traces') ? tracesTable.replace(/-traces$/, '-payloads') : undefined;
}
