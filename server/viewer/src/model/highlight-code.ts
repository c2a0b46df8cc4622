import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import markdown from 'highlight.js/lib/languages/markdown';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';

/** A stretch of code, and what it is, where that has a colour. */
export interface CodeToken {
  readonly text: string;
  readonly kind: CodeKind | undefined;
}

export type CodeKind = 'keyword' | 'string' | 'number' | 'comment' | 'name' | 'added' | 'removed';

const languages = {
  ...{
    bash,
    c,
    cpp,
    csharp,
    css,
    diff,
    go,
    java,
    javascript,
    json,
    markdown,
    python,
    rust,
    sql,
    typescript,
    xml,
    yaml,
  },
};
const lowlight = createLowlight(languages);

/** What the classes of the library stand for. What is not here is plain: too many colours say nothing. */
const kinds: Readonly<Record<string, CodeKind>> = {
  'hljs-keyword': 'keyword',
  'hljs-built_in': 'keyword',
  'hljs-selector-tag': 'keyword',
  'hljs-name': 'keyword',
  'hljs-section': 'keyword',
  'hljs-meta': 'comment',
  'hljs-comment': 'comment',
  'hljs-quote': 'comment',
  'hljs-string': 'string',
  'hljs-regexp': 'string',
  'hljs-char': 'string',
  'hljs-number': 'number',
  'hljs-literal': 'number',
  'hljs-title': 'name',
  'hljs-attr': 'name',
  'hljs-attribute': 'name',
  'hljs-property': 'name',
  'hljs-type': 'name',
  'hljs-addition': 'added',
  'hljs-deletion': 'removed',
};

type Node = ReturnType<typeof lowlight.highlight>['children'][number];

/** Code cut into stretches by what they are; undefined where the language is not known. */
export function highlightCode(code: string, language: string): readonly CodeToken[] | undefined {
  const name = language.toLowerCase();
  if (!lowlight.registered(name)) return undefined;
  const tokens: CodeToken[] = [];
  // An explicit stack: code may nest without end.
  const stack: { readonly node: Node; readonly around: CodeKind | undefined }[] = [];
  const push = (nodes: readonly Node[], around: CodeKind | undefined) => {
    for (const node of nodes.toReversed()) stack.push({ node, around });
  };
  push(lowlight.highlight(name, code).children, undefined);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, around } = next;
    if (node.type === 'text') tokens.push({ text: node.value, kind: around });
    else if (node.type === 'element') push(node.children, kindOf(node.properties['className']) ?? around);
  }
  return tokens;
}

const kindOf = (classes: unknown): CodeKind | undefined =>
  Array.isArray(classes) ? classes.map((each) => kinds[String(each)]).find((kind) => kind !== undefined) : undefined;
