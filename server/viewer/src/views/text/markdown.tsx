import type { Nodes, Root } from 'mdast';
import { Fragment, type ReactNode, startTransition, useEffect, useMemo, useState } from 'react';
import { isTooNested, parseMarkdown } from '../../model/parse-markdown.ts';
import { linkOf } from '../../model/safe-link.ts';
import { PayloadText, VisibleText } from '../parts/payload-text.tsx';
import { RemoteMedia } from '../parts/remote-media.tsx';
import { CodeBlock } from './code-block.tsx';
import styles from './markdown.module.css';
import { PlainText } from './plain-text.tsx';
import { parseInWorker } from './text-worker.ts';

/** Longer texts are read in a worker: 200 kB take seconds. */
const mostAtOnce = 20_000;

/**
 * A payload's Markdown: to a tree, and from that to React elements. HTML in it is text, nothing is loaded from an address in
 * it, and links say where they lead.
 */
export function Markdown({ text, isPlain = false }: { readonly text: string; readonly isPlain?: boolean }) {
  const isNested = useMemo(() => isTooNested(text), [text]);
  const tree = useTree(text, isNested);
  if (tree === undefined) return <PlainText text={text} isPlain={isPlain} />;
  return <div className={styles.markdown}>{children(tree, isPlain)}</div>;
}

/** The tree of a text, once it is there; undefined where there will be none. */
function useTree(text: string, isNested: boolean): Root | undefined {
  const isLong = text.length > mostAtOnce;
  const atOnce = useMemo(() => (isNested || isLong ? undefined : parseMarkdown(text)), [text, isNested, isLong]);
  const [later, setLater] = useState<{ readonly text: string; readonly tree: Root | undefined }>();
  useEffect(() => {
    if (isNested || !isLong) return;
    let isWanted = true;
    void parseInWorker(text).then((tree) => {
      // Drawn bit by bit, between what a reader does meanwhile.
      if (isWanted) startTransition(() => setLater({ text, tree }));
    });
    return () => {
      isWanted = false;
    };
  }, [text, isNested, isLong]);
  return atOnce ?? (later?.text === text ? later.tree : undefined);
}

const children = (node: { readonly children: readonly Nodes[] }, isPlain: boolean): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the tree of a text does not move.
  node.children.map((child, index) => <Fragment key={index}>{element(child, isPlain)}</Fragment>);

function element(node: Nodes, isPlain: boolean): ReactNode {
  switch (node.type) {
    case 'text':
    case 'html':
      // Blocks are isolated from each other; within one, it is the text of one writer.
      return <VisibleText text={node.value} isPlain={isPlain} />;
    case 'paragraph':
      return <p dir="auto">{children(node, isPlain)}</p>;
    case 'heading':
      // No heading of this page: a payload does not shape what screen readers jump between.
      return (
        <p className={styles.heading} dir="auto">
          {children(node, isPlain)}
        </p>
      );
    case 'emphasis':
      return <em>{children(node, isPlain)}</em>;
    case 'strong':
      return <strong>{children(node, isPlain)}</strong>;
    case 'delete':
      return <del>{children(node, isPlain)}</del>;
    case 'blockquote':
      return <blockquote>{children(node, isPlain)}</blockquote>;
    case 'break':
      return <br />;
    case 'thematicBreak':
      return <hr />;
    case 'inlineCode':
      return (
        <code>
          <PayloadText text={node.value} isPlain={isPlain} />
        </code>
      );
    case 'code':
      return <CodeBlock code={node.value} language={node.lang ?? undefined} isPlain={isPlain} />;
    case 'list':
      return node.ordered === true ? (
        <ol start={node.start ?? 1}>{children(node, isPlain)}</ol>
      ) : (
        <ul>{children(node, isPlain)}</ul>
      );
    case 'listItem':
      return (
        <li>
          {typeof node.checked === 'boolean' && (node.checked ? '☑ ' : '☐ ')}
          {children(node, isPlain)}
        </li>
      );
    case 'table':
      return <Table node={node} isPlain={isPlain} />;
    case 'link':
      return (
        <PayloadLink address={node.url} text={plainText(node)}>
          {children(node, isPlain)}
        </PayloadLink>
      );
    case 'image':
      return (
        <span className={styles.remote}>
          <RemoteMedia what="Image" name={node.alt ?? ''} address={node.url} />
        </span>
      );
    case 'linkReference':
      return <>{children(node, isPlain)}</>;
    case 'imageReference':
      return <PayloadText text={node.alt ?? ''} />;
    case 'definition':
      return <PayloadText text={`[${node.identifier}]: ${node.url}`} />;
    default:
      return 'children' in node ? children(node as { children: Nodes[] }, isPlain) : null;
  }
}

function Table({ node, isPlain }: { readonly node: Extract<Nodes, { type: 'table' }>; readonly isPlain: boolean }) {
  const [head, ...body] = node.children;
  return (
    <div className={styles.table}>
      <table>
        <thead>
          <tr>
            {head?.children.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the tree of a text does not move.
              <th key={index} dir="auto">
                {children(cell, isPlain)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the tree of a text does not move.
            <tr key={index}>
              {row.children.map((cell, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the tree of a text does not move.
                <td key={at} dir="auto">
                  {children(cell, isPlain)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface PayloadLinkProps {
  readonly address: string;
  /** What the link says. */
  readonly text: string;
  readonly children: ReactNode;
}

/** A link of a payload: only to where links may lead, and it says so where its text claims another place. */
function PayloadLink({ address, text, children: content }: PayloadLinkProps) {
  const link = linkOf(address, text);
  if (link === undefined)
    return (
      <>
        {content} (<PayloadText text={address} />)
      </>
    );
  return (
    <>
      <a href={link.href} target="_blank" rel="noopener noreferrer nofollow">
        {content}
      </a>
      {link.realHost !== undefined && (
        <span className={styles.host}>
          {' '}
          [<PayloadText text={link.realHost} />]
        </span>
      )}
    </>
  );
}

const plainText = (node: Nodes): string =>
  'value' in node ? node.value : 'children' in node ? (node.children as Nodes[]).map(plainText).join('') : '';
