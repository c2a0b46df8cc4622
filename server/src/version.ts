import packageFile from '../package.json' with { type: 'json' };

/** The version of this package. */
export const serverVersion: string = packageFile.version;
