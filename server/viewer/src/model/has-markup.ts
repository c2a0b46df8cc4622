/**
 * Whether Markdown could read a text as anything but one paragraph of the same text. It says yes too often rather than too
 * seldom: most short messages are a plain line, and need no parser to be fetched first.
 */
export const hasMarkup = (text: string): boolean =>
  /[\\`*_~[\]<>#|&!@\r\n\t]/.test(text) || /^(\s|[-+=:]|\d+[.)])|\s$| {2}/.test(text) || /https?:|www\./i.test(text);
