import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type ApiKey, findApiKey, parseApiKey } from '../../src/api-keys.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const keys = (...entries: string[]) => entries.map((entry) => parseApiKey(entry) as ApiKey);

describe('parseApiKey', () => {
  it.each([
    ['project-shop', { project: 'shop', scope: 'admin', isPredictable: true }, 'project-shop'],
    ['shop:s3cret', { project: 'shop', scope: 'admin', isPredictable: false }, 's3cret'],
    ['shop:s3cret:ingest', { project: 'shop', scope: 'ingest', isPredictable: false }, 's3cret'],
    ['shop:read:read', { project: 'shop', scope: 'read', isPredictable: false }, 'read'],
    [`shop:sha256=${sha256('s3cret')}`, { project: 'shop', scope: 'admin', isPredictable: false }, 's3cret'],
    [`shop:sha256=${sha256('s3cret').toUpperCase()}:read`, { project: 'shop', scope: 'read' }, 's3cret'],
  ])('reads %s', (entry, expected, presented) => {
    const key = parseApiKey(entry);

    expect(key).toMatchObject(expected);
    expect(key?.hash.toString('hex')).toBe(sha256(presented));
  });

  it('does not keep the key itself', () => {
    expect(JSON.stringify(parseApiKey('shop:s3cret'))).not.toContain('s3cret');
  });

  it.each([
    '',
    'shop',
    'shop:',
    ':s3cret',
    'shop:s3cret:write',
    'shop:a:b:read',
    'my shop:s3cret',
    'project-',
    'shop:sécret',
  ])('reads no key from "%s"', (entry) => {
    expect(parseApiKey(entry)).toBeUndefined();
  });

  it.each([`shop:sha256=${'a'.repeat(63)}`, 'shop:sha256='])('takes no broken hash for a secret: %s', (entry) => {
    expect(parseApiKey(entry)).toBeUndefined();
  });
});

describe('findApiKey', () => {
  it('finds the key that was presented among several, of one project too', () => {
    const configured = keys('a:one:read', 'a:two:ingest', 'b:three', 'project-c');

    expect(findApiKey(configured, 'two')).toMatchObject({ project: 'a', scope: 'ingest' });
    expect(findApiKey(configured, 'three')).toMatchObject({ project: 'b', scope: 'admin' });
    expect(findApiKey(configured, 'project-c')).toMatchObject({ project: 'c' });
  });

  it.each(['', 'tw', 'two ', 'TWO', 'a:two', sha256('two'), 'x'.repeat(100_000)])('finds none for %j', (presented) => {
    expect(findApiKey(keys('a:one:read', 'a:two:ingest'), presented)).toBeUndefined();
  });

  it('tries every key, so that time tells nothing about which one fits', () => {
    const tried: string[] = [];
    const watched = keys('a:one', 'b:two', 'c:three').map((key) => ({
      ...key,
      get hash() {
        tried.push(key.project);
        return key.hash;
      },
    }));

    findApiKey(watched, 'one');

    expect(tried).toEqual(['a', 'b', 'c']);
  });
});
