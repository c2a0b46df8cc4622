import type { Root } from 'mdast';
import { type CompileContext, fromMarkdown, type Token } from 'mdast-util-from-markdown';
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTaskListItemFromMarkdown } from 'mdast-util-gfm-task-list-item';
import { gfmAutolinkLiteral } from 'micromark-extension-gfm-autolink-literal';
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough';
import { gfmTable } from 'micromark-extension-gfm-table';
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item';

/**
 * Markdown as GitHub has it, as a tree. Its parts one by one: as a whole they come with footnotes, which models do not write,
 * and with a second search for addresses, 4 kB of the first load of a trace.
 */
export const parseMarkdown = (text: string): Root =>
  fromMarkdown(text, {
    extensions: [gfmTable(), gfmStrikethrough(), gfmTaskListItem(), gfmAutolinkLiteral()],
    mdastExtensions: [
      gfmTableFromMarkdown(),
      gfmStrikethroughFromMarkdown(),
      gfmTaskListItemFromMarkdown(),
      bareAddresses,
    ],
  });

/** Addresses without brackets around them are read as those with brackets are. */
const bareAddresses = {
  enter: {
    literalAutolink(this: CompileContext, token: Token) {
      this.enter({ type: 'link', title: null, url: '', children: [] }, token);
    },
    literalAutolinkEmail: enterAddress,
    literalAutolinkHttp: enterAddress,
    literalAutolinkWww: enterAddress,
  },
  exit: {
    literalAutolink(this: CompileContext, token: Token) {
      this.exit(token);
    },
    literalAutolinkEmail(this: CompileContext, token: Token) {
      this.config.exit['autolinkEmail']?.call(this, token);
    },
    literalAutolinkHttp(this: CompileContext, token: Token) {
      this.config.exit['autolinkProtocol']?.call(this, token);
    },
    literalAutolinkWww(this: CompileContext, token: Token) {
      this.config.exit['data']?.call(this, token);
      const node = this.stack.at(-1);
      if (node?.type === 'link') node.url = `http://${this.sliceSerialize(token)}`;
    },
  },
};

function enterAddress(this: CompileContext, token: Token): void {
  this.config.enter['autolinkProtocol']?.call(this, token);
}

/** Marks of lists and quotes in one line: each is a level of its own, and thousands would be a tree that nothing can walk. */
const manyLevels = /^(?:[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))){30}/m;

/** Whether a text nests so deep that it is not worth reading as Markdown. */
export const isTooNested = (text: string): boolean => manyLevels.test(text);
