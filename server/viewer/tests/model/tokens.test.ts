import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Rgb = readonly [number, number, number];

const css = readFileSync(new URL('../../src/styles/tokens.css', import.meta.url), 'utf8');

function themeOf(block: string): ReadonlyMap<string, Rgb> {
  return new Map(
    [...block.matchAll(/--([\w-]+): #([0-9a-f]{6});/g)].map(([, name = '', hex = '']) => [
      name,
      [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb,
    ]),
  );
}

const [lightBlock = '', darkBlock = ''] = css.split(':root[data-theme="dark"]');
const themes = { light: themeOf(lightBlock), dark: themeOf(darkBlock) };
const surfaces = ['bg', 'subtle', 'hover', 'selected'];
const spanTypes = ['llm', 'agent', 'tool', 'function', 'retrieval', 'embedding', 'chain', 'other'];

const linear = (channel: number): number => {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};
const luminance = ([r, g, b]: Rgb): number => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const contrast = (a: Rgb, b: Rgb): number => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
};

// Machado, Oliveira and Fernandes (2009), full severity, on linear light.
const sight = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

function labOf(rgb: Rgb, matrix: readonly number[]): Rgb {
  const light = rgb.map(linear) as unknown as Rgb;
  const seen = [0, 3, 6].map((row) =>
    Math.max(
      0,
      Math.min(
        1,
        light.reduce((sum, value, at) => sum + value * (matrix[row + at] ?? 0), 0),
      ),
    ),
  ) as unknown as Rgb;
  const [r, g, b] = seen;
  const xyz = [
    (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047,
    0.2126729 * r + 0.7151522 * g + 0.072175 * b,
    (0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883,
  ];
  const [x = 0, y = 0, z = 0] = xyz.map((t) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The colour difference CIEDE2000 (Sharma, Wu, Dalal 2005). */
function difference([l1, a1, b1]: Rgb, [l2, a2, b2]: Rgb): number {
  const degrees = (radians: number) => (radians * 180) / Math.PI;
  const radians = (angle: number) => (angle * Math.PI) / 180;
  const meanC = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(meanC ** 7 / (meanC ** 7 + 25 ** 7)));
  const [p1, p2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const hue = (p: number, b: number) => (p === 0 && b === 0 ? 0 : (degrees(Math.atan2(b, p)) + 360) % 360);
  const [h1, h2] = [hue(p1, b1), hue(p2, b2)];
  let dh = c1 * c2 === 0 ? 0 : h2 - h1;
  if (dh > 180) dh -= 360;
  if (dh < -180) dh += 360;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin(radians(dh / 2));
  const meanL = (l1 + l2) / 2;
  const c = (c1 + c2) / 2;
  const isFar = Math.abs(h1 - h2) > 180;
  const h = c1 * c2 === 0 ? h1 + h2 : isFar ? (h1 + h2 + (h1 + h2 < 360 ? 360 : -360)) / 2 : (h1 + h2) / 2;
  const t =
    1 -
    0.17 * Math.cos(radians(h - 30)) +
    0.24 * Math.cos(radians(2 * h)) +
    0.32 * Math.cos(radians(3 * h + 6)) -
    0.2 * Math.cos(radians(4 * h - 63));
  const sl = 1 + (0.015 * (meanL - 50) ** 2) / Math.sqrt(20 + (meanL - 50) ** 2);
  const sc = 1 + 0.045 * c;
  const sh = 1 + 0.015 * c * t;
  const rt = -Math.sin(radians(60 * Math.exp(-(((h - 275) / 25) ** 2)))) * 2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));
  return Math.sqrt(((l2 - l1) / sl) ** 2 + ((c2 - c1) / sc) ** 2 + (dH / sh) ** 2 + rt * ((c2 - c1) / sc) * (dH / sh));
}

describe.each(Object.entries(themes))('the %s theme', (_, theme) => {
  const color = (name: string): Rgb => {
    const found = theme.get(name);
    if (found === undefined) throw new Error(`no --${name}`);
    return found;
  };
  const worst = (name: string) => Math.min(...surfaces.map((surface) => contrast(color(name), color(surface))));

  it.each(['fg', 'fg-muted', 'fg-subtle', 'accent', 'danger', 'warning', 'success'])(
    'has %s readable as text on every surface',
    (name) => {
      expect(worst(name)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(['border-strong', 'danger-bar', ...spanTypes.map((type) => `span-${type}`)])(
    'has %s visible as a mark on every surface',
    (name) => {
      expect(worst(name)).toBeGreaterThanOrEqual(3);
    },
  );

  it.each([
    ['danger', 'danger-bg'],
    ['warning', 'warning-bg'],
    ['success', 'success-bg'],
    ['on-accent', 'accent'],
    ['fg', 'diff-added'],
    ['fg', 'diff-removed'],
  ])('has %s readable on %s', (text, surface) => {
    expect(contrast(color(text), color(surface))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(Object.entries(sight))('has span colours that %s sight tells apart', (_name, matrix) => {
    const labs = spanTypes.map((type) => labOf(color(`span-${type}`), matrix));
    const least = Math.min(...labs.flatMap((a, at) => labs.slice(at + 1).map((b) => difference(a, b))));
    expect(least).toBeGreaterThanOrEqual(11.8);
  });
});

it('has the same names in both themes', () => {
  expect([...themes.dark.keys()]).toEqual([...themes.light.keys()]);
});
