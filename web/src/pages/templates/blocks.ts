/** A mail as blocks, and as the MJML that is kept: both ways, or not at all. */

export type Block =
  | { kind: "heading"; text: string }
  | { kind: "text"; text: string }
  | { kind: "image"; src: string; alt: string; href: string }
  | { kind: "button"; text: string; href: string }
  | { kind: "product"; id: string; label: string }
  | { kind: "spacer"; height: number }
  | { kind: "divider" }
  | { kind: "code"; source: string };

export const KINDS = [
  "heading",
  "text",
  "image",
  "button",
  "product",
  "spacer",
  "divider",
  "code",
] as const satisfies readonly Block["kind"][];

const HEAD = `<mjml>
  <mj-body background-color="#f6f6f4">
    <mj-section background-color="#ffffff">
      <mj-column>
`;
const FOOT = `
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`;
const INDENT = "        ";
const LIQUID = /\{%.*?%\}|\{\{.*?\}\}/gs;
const HIDDEN = /\uF8F0(\d+)\uF8F1/g;

/** What a new block begins with. */
export function fresh(kind: Block["kind"]): Block {
  switch (kind) {
    case "heading":
    case "text":
      return { kind, text: "" };
    case "image":
      return { kind, src: "", alt: "", href: "" };
    case "button":
      return { kind, text: "", href: "" };
    case "product":
      return { kind, id: "facts.looked_at", label: "" };
    case "spacer":
      return { kind, height: 24 };
    case "divider":
      return { kind };
    case "code":
      return { kind, source: "<mj-text></mj-text>" };
  }
}

/** The source with its Liquid out of the way while something is done to the rest. */
function aside(source: string, act: (hidden: string) => string): string {
  const pieces = source.match(LIQUID) ?? [];
  let n = 0;
  const hidden = source.replace(LIQUID, () => `\uF8F0${n++}\uF8F1`);
  return act(hidden).replace(HIDDEN, (_, at) => pieces[Number(at)] ?? "");
}

const escaped = (text: string) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const plain = (html: string) =>
  html
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&");
const attribute = (text: string) =>
  aside(text, (hidden) => escaped(hidden).replace(/"/g, "&quot;")).replace(LIQUID, (piece) =>
    piece.replace(/"/g, "'"),
  );

const leads = (href: string) => (href ? ` href="${attribute(href)}"` : "");

/** Words with **bold** and [words](address) as HTML. */
const html = (text: string) =>
  aside(text, (hidden) =>
    escaped(hidden)
      .replace(/\*\*(.+?)\*\*/gs, "<b>$1</b>")
      .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>')
      .replace(/\n/g, "<br/>"),
  );

const words = (source: string) =>
  aside(source, (hidden) =>
    plain(
      hidden
        .replace(/<br\/>/g, "\n")
        .replace(/<a href="([^"]*)">(.*?)<\/a>/gs, "[$2]($1)")
        .replace(/<b>(.*?)<\/b>/gs, "**$1**"),
    ),
  );

function mjml(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `<mj-text font-size="24px" font-weight="700" line-height="1.3">${html(block.text)}</mj-text>`;
    case "text":
      return `<mj-text font-size="16px" line-height="1.5">${html(block.text)}</mj-text>`;
    case "image":
      return `<mj-image src="${attribute(block.src)}" alt="${attribute(block.alt)}"${leads(block.href)}/>`;
    case "button":
      return `<mj-button font-size="16px" border-radius="8px" background-color="#3b4cca" href="${attribute(block.href)}">${html(block.text)}</mj-button>`;
    case "product":
      return product(block.id, block.label);
    case "spacer":
      return `<mj-spacer height="${block.height}px"/>`;
    case "divider":
      return '<mj-divider border-width="1px" border-color="#e4e3df"/>';
    case "code":
      return block.source.trim();
  }
}

function product(id: string, label: string): string {
  const of = `products[${id}]`;
  const link = label ? `<br/><a href="{{ ${of}.url }}">${html(label)}</a>` : "";
  return (
    `<mj-table css-class="product">{% need ${of}.title %}<tr><td width="112">` +
    `<img width="96" src="{{ ${of}.picture | or_else: '' }}" alt=""/></td><td><b>{{ ${of}.title }}</b>` +
    `{% if ${of}.price %}<br/>{{ ${of}.price | money: ${of}.currency }}{% endif %}${link}</td></tr>` +
    "{% or_else %}{% endneed %}</mj-table>"
  );
}

const SHAPES: readonly [RegExp, (found: string[]) => Block][] = [
  [/^<mj-text font-size="24px"[^>]*>(.*)<\/mj-text>$/s, ([, text = ""]) => ({ kind: "heading", text: words(text) })],
  [/^<mj-text font-size="16px"[^>]*>(.*)<\/mj-text>$/s, ([, text = ""]) => ({ kind: "text", text: words(text) })],
  [
    /^<mj-image src="([^"]*)" alt="([^"]*)"(?: href="([^"]*)")?\/>$/s,
    ([, src = "", alt = "", href = ""]) => ({ kind: "image", src: plain(src), alt: plain(alt), href: plain(href) }),
  ],
  [
    /^<mj-button [^>]*href="([^"]*)">(.*)<\/mj-button>$/s,
    ([, href = "", text = ""]) => ({ kind: "button", text: words(text), href: plain(href) }),
  ],
  [
    /^<mj-table css-class="product">\{% need products\[(.+?)\]\.title %\}.*?(?:<a href="[^"]*">(.*)<\/a>)?<\/td><\/tr>.*$/s,
    ([, id = "", label = ""]) => ({ kind: "product", id, label: words(label) }),
  ],
  [/^<mj-spacer height="(\d+)px"\/>$/, ([, height = ""]) => ({ kind: "spacer", height: Number(height) })],
  [/^<mj-divider [^>]*\/>$/, () => ({ kind: "divider" })],
]; // biome-ignore format: a row each

/** The MJML of blocks. */
export const sourceOf = (blocks: readonly Block[]): string =>
  HEAD + blocks.map((block) => INDENT + mjml(block)).join("\n") + FOOT;

/** The block that a piece of MJML is; what no block says alike stays code. */
function blockOf(source: string): Block {
  for (const [shape, make] of SHAPES) {
    const found = shape.exec(source);
    const block = found ? make(found) : null;
    if (block && mjml(block) === source) {
      return block;
    }
  }
  return { kind: "code", source };
}

/** The blocks of a source that was made of blocks; null for any other. */
export function blocksOf(source: string): Block[] | null {
  if (!source.startsWith(HEAD) || !source.endsWith(FOOT)) {
    return null;
  }
  const inner = source.slice(HEAD.length, -FOOT.length);
  const pieces = inner.split(/\n {8}(?=<mj-)/).map((piece, n) => (n ? piece : piece.trimStart()));
  const blocks = inner.trim() ? pieces.map(blockOf) : [];
  return sourceOf(blocks) === source ? blocks : null;
}

/** A block moved to another place. */
export function moved<T>(all: readonly T[], from: number, to: number): T[] {
  const next = [...all];
  const [one] = next.splice(from, 1);
  if (one !== undefined) {
    next.splice(to, 0, one);
  }
  return next;
}
