/** Texts that would do something if they were more than shown. `hacked` on the page's global tells that one did. */
export const hostileTexts: Readonly<Record<string, string>> = {
  'an image that fails': '<img src=x onerror="globalThis.hacked = 1">',
  'a script': '<script>globalThis.hacked = 1</script>',
  'an SVG with a script': '<svg onload="globalThis.hacked = 1"><script>globalThis.hacked = 1</script></svg>',
  'a frame': '<iframe srcdoc="<script>parent.hacked = 1</script>"></iframe>',
  'a link that is a script': '[click me](javascript:globalThis.hacked=1) <javascript:globalThis.hacked=1>',
  'a link with a data address': '[open](data:text/html,<script>opener.hacked=1</script>)',
  'a picture from elsewhere in Markdown': '![pixel](https://example.org/pixel.png?leak=1)',
  'styles that load':
    '<style>body { background: url(https://example.org/leak) }</style> <link rel=stylesheet href=//example.org/a.css>',
  'a refresh and a form':
    '<meta http-equiv=refresh content="0;url=https://example.org"><form action=//example.org><input autofocus onfocus=hacked=1>',
  'escapes of a terminal': '\u001b]0;title\u0007\u001b[2J\u001b[31mred',
  'text that runs backwards': '\u202Egnp.exe\u202C \u2066isolated\u2069 \u200Fright',
  'characters of no width and lone surrogates': 'a\u200Bb\ufeffc\ud800d\udc00e \u{e0041}\u{e0042}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what somebody may send.
  'a template and a prototype': '{{constructor.constructor("hacked=1")()}} ${hacked=1} __proto__',
  'ends of attributes': '"><img src=x onerror=hacked=1><a href="',
};
