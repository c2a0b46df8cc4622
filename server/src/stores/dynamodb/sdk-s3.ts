import {
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Aws } from './aws.ts';
import { clientSettings } from './sdk-settings.ts';

const commands = {
  putObject: PutObjectCommand,
  listObjects: ListObjectsV2Command,
  deleteObjects: DeleteObjectsCommand,
};

export function openS3(): Aws {
  // A checksum of our own making is in each object's name.
  const client = new S3Client({ ...clientSettings, requestChecksumCalculation: 'WHEN_REQUIRED' });
  return {
    async call(name, input) {
      if (name === 'getObject') {
        const { Body } = await client.send(new GetObjectCommand(input as GetObjectCommandInput));
        return (await Body?.transformToByteArray()) as never;
      }
      const Command = commands[name as keyof typeof commands] as new (input: unknown) => PutObjectCommand;
      return client.send(new Command(input)) as Promise<never>;
    },
    async close() {
      client.destroy();
    },
  };
}
