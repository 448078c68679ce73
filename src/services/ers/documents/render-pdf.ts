/**
 * Puts a {@link PrintedDocument} on A4 pages: tagged for screen readers, with title, language and embedded fonts, a mark at the top and
 * "page n of m" at the foot of each page. The same document gives the same bytes.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Block, type Fact, type PrintedDocument, SYNTHETIC } from './printed-document.ts';

type Pdf = PDFKit.PDFDocument;
type Element = PDFKit.PDFStructureElement;
type BlockOf<Kind extends Block['kind']> = Extract<Block, { kind: Kind }>;

const MARGIN = 56;
const TOP = 72;
const BOTTOM = 72;
const SIZES = { body: 10.5, small: 8.5, 1: 17, 2: 13, 3: 11 } as const;
const INK = '#212b32';
const PALE = '#4c6272';
const RULE = '#aeb7bd';
const BLUE = '#005eb8';
const BOX = '#f0f4f5';
const PADDING = 5;
/** Share of a column that the names of facts take. */
const FACT_SHARE = 0.38;
const BANNER_SHARE = 0.45;
/** PDF/UA: the library knows it, its types do not yet. */
const UNIVERSAL_ACCESS: object = { subset: 'PDF/UA' };

/** Noto Sans covers Latin, Greek, Cyrillic and Devanagari; a character it lacks prints as an empty box. */
const FONTS = {
  regular: '@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf',
  bold: '@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf',
} as const;

let loaded: Promise<{ readonly regular: Buffer; readonly bold: Buffer }> | undefined;

function fonts(): NonNullable<typeof loaded> {
  const read = (name: string): Promise<Buffer> => readFile(fileURLToPath(import.meta.resolve(name)));
  loaded ??= Promise.all([read(FONTS.regular), read(FONTS.bold)]).then(([regular, bold]) => ({ regular, bold }));
  return loaded;
}

/** The document as a PDF. The library is loaded at the first print. */
export async function renderPdf(document: PrintedDocument): Promise<Buffer> {
  const [{ default: PDFDocument }, { regular, bold }] = await Promise.all([import('pdfkit'), fonts()]);
  const printedAt = new Date(document.printedAt);
  const pdf = new PDFDocument({
    size: 'A4',
    margins: { top: TOP, bottom: BOTTOM, left: MARGIN, right: MARGIN },
    pdfVersion: '1.7',
    tagged: true,
    displayTitle: true,
    lang: 'en-GB',
    bufferPages: true,
    ...UNIVERSAL_ACCESS,
    info: { Title: document.title, Author: 'LocalSpine', Subject: SYNTHETIC, CreationDate: printedAt, ModDate: printedAt },
  });
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  const finished = new Promise<void>((resolve, reject) => pdf.on('end', resolve).on('error', reject));
  pdf.registerFont('regular', regular).registerFont('bold', bold);
  const root = pdf.struct('Document');
  pdf.addStructure(root);
  const sheet = new Sheet(pdf, root);
  for (const block of document.blocks) sheet.write(block);
  root.end();
  decoratePages(pdf, document);
  pdf.end();
  await finished;
  return Buffer.concat(chunks);
}

/** Text that came from people, without characters that have no place on paper. */
function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[\p{Cc}\p{Cs}]/gu, (character) => (character === '\n' ? '\n' : ' '));
}

/** Writes blocks one below the other. */
class Sheet {
  readonly #pdf: Pdf;
  readonly #root: Element;
  readonly #width: number;
  #inArtifact = false;

  constructor(pdf: Pdf, root: Element) {
    this.#pdf = pdf;
    this.#root = root;
    this.#width = pdf.page.width - 2 * MARGIN;
  }

  write(block: Block): void {
    this.#pdf.fillColor(INK).font('regular').fontSize(SIZES.body);
    this.#pdf.x = MARGIN;
    switch (block.kind) {
      case 'heading':
        this.#heading(block);
        break;
      case 'paragraph':
        this.#paragraph(block);
        break;
      case 'lines':
        this.#lines(block);
        break;
      case 'facts':
        this.#facts(block);
        break;
      case 'banner':
        this.#banner(block);
        break;
      case 'list':
        this.#list(block);
        break;
      case 'table':
        this.#table(block);
        break;
    }
  }

  #heading({ text, level }: BlockOf<'heading'>): void {
    const pdf = this.#pdf;
    pdf.font('bold').fontSize(SIZES[level]);
    // A heading stays with at least two lines of what it is the heading of.
    this.#room(pdf.heightOfString(printable(text), { width: this.#width }) + (level === 1 ? 6 : 12) + 40);
    if (level > 1) pdf.y += 8;
    const top = pdf.y;
    this.#add(this.#root, `H${level}`, () =>
      pdf.fillColor(level === 1 ? BLUE : INK).text(printable(text), MARGIN, top, { width: this.#width }),
    );
    pdf.y += 4;
  }

  #paragraph({ text, strong }: BlockOf<'paragraph'>): void {
    const pdf = this.#pdf;
    pdf.font(strong === true ? 'bold' : 'regular');
    this.#add(this.#root, 'P', () => pdf.text(printable(text), MARGIN, pdf.y, { width: this.#width, lineGap: 1.5 }));
    pdf.y += 6;
  }

  #lines({ lines }: BlockOf<'lines'>): void {
    const pdf = this.#pdf;
    this.#add(this.#root, 'P', () => pdf.text(printable(lines.join('\n')), MARGIN, pdf.y, { width: this.#width }));
    pdf.y += 8;
  }

  #list({ items }: BlockOf<'list'>): void {
    const pdf = this.#pdf;
    const list = pdf.struct('L');
    this.#root.add(list);
    for (const each of items) {
      const text = printable(each);
      this.#room(Math.min(60, pdf.heightOfString(text, { width: this.#width - 14 })));
      const item = pdf.struct('LI');
      list.add(item);
      const top = pdf.y;
      this.#add(item, 'Lbl', () => pdf.text('•', MARGIN, top, { lineBreak: false }));
      this.#add(item, 'LBody', () => pdf.text(text, MARGIN + 14, top, { width: this.#width - 14 }));
      item.end();
      pdf.y += 3;
    }
    list.end();
    pdf.y += 5;
  }

  #facts({ facts, columns }: BlockOf<'facts'>): void {
    this.#grid(facts, columns, MARGIN, this.#width, FACT_SHARE);
    this.#pdf.y += 6;
  }

  #banner({ facts }: BlockOf<'banner'>): void {
    const pdf = this.#pdf;
    const inner = this.#width - 4 * PADDING;
    const height = this.#gridHeight(facts, 2, inner, BANNER_SHARE) + 3 * PADDING;
    this.#room(height);
    this.#artifact(() => {
      pdf.rect(MARGIN, pdf.y, this.#width, height).fill(BOX);
      pdf.rect(MARGIN, pdf.y, 4, height).fill(BLUE);
    });
    const top = pdf.y;
    pdf.y += 1.5 * PADDING;
    pdf.fillColor(INK);
    this.#grid(facts, 2, MARGIN + 3 * PADDING, inner, BANNER_SHARE);
    pdf.y = top + height + 10;
  }

  /** Names and values side by side, in rows of `columns` facts. */
  #grid(facts: readonly Fact[], columns: 1 | 2, left: number, width: number, share: number): void {
    const pdf = this.#pdf;
    const cell = width / columns;
    for (let first = 0; first < facts.length; first += columns) {
      const row = facts.slice(first, first + columns);
      const height = this.#rowHeight(row, cell, share);
      this.#room(height);
      const top = pdf.y;
      row.forEach(([name, value], index) => {
        const x = left + index * cell;
        this.#add(this.#root, 'P', () => {
          pdf.font('bold').text(`${printable(name)}: `, x, top, { width: cell * share - 6 });
          pdf.font('regular').text(printable(value), x + cell * share, top, { width: cell * (1 - share) - 8 });
        });
      });
      pdf.y = top + height + 3;
    }
  }

  #gridHeight(facts: readonly Fact[], columns: 1 | 2, width: number, share: number): number {
    let height = 0;
    for (let first = 0; first < facts.length; first += columns)
      height += this.#rowHeight(facts.slice(first, first + columns), width / columns, share) + 3;
    return height;
  }

  #rowHeight(row: readonly Fact[], cell: number, share: number): number {
    const pdf = this.#pdf;
    return Math.max(
      ...row.map(([name, value]) =>
        Math.max(
          pdf.font('bold').heightOfString(`${printable(name)}:`, { width: cell * share - 6 }),
          pdf.font('regular').heightOfString(printable(value), { width: cell * (1 - share) - 8 }),
        ),
      ),
    );
  }

  #table({ caption, columns, rows }: BlockOf<'table'>): void {
    const pdf = this.#pdf;
    pdf.fontSize(SIZES.small + 0.5);
    const table = pdf.struct('Table', { title: caption, alt: caption });
    this.#root.add(table);
    const titles = columns.map((each) => each.title);
    this.#row(table, columns, titles, 'TH');
    for (const row of rows) {
      if (pdf.y + this.#cellsHeight(columns, row, 'regular') > this.#end()) {
        pdf.addPage();
        this.#artifact(() => this.#cells(columns, titles, 'bold', (_, draw) => draw()));
      }
      this.#row(table, columns, row, 'TD');
    }
    table.end();
    pdf.fontSize(SIZES.body);
    pdf.y += 8;
  }

  #row(table: Element, columns: BlockOf<'table'>['columns'], cells: readonly string[], tag: 'TH' | 'TD'): void {
    const row = this.#pdf.struct('TR');
    table.add(row);
    this.#cells(columns, cells, tag === 'TH' ? 'bold' : 'regular', (_, draw) => this.#add(row, tag, draw));
    row.end();
  }

  #cells(
    columns: BlockOf<'table'>['columns'],
    cells: readonly string[],
    font: 'regular' | 'bold',
    place: (index: number, draw: () => void) => void,
  ): void {
    const pdf = this.#pdf;
    const height = this.#cellsHeight(columns, cells, font);
    this.#room(height);
    const top = pdf.y;
    let left = MARGIN;
    columns.forEach(({ share }, index) => {
      const x = left;
      place(index, () =>
        pdf
          .font(font)
          .fillColor(INK)
          .text(printable(cells[index] ?? ''), x + 2, top + PADDING, { width: share * this.#width - 8 }),
      );
      left += share * this.#width;
    });
    const bottom = top + height;
    this.#artifact(() =>
      pdf
        .moveTo(MARGIN, bottom)
        .lineTo(MARGIN + this.#width, bottom)
        .lineWidth(font === 'bold' ? 1.2 : 0.5)
        .stroke(RULE),
    );
    pdf.y = bottom;
  }

  #cellsHeight(columns: BlockOf<'table'>['columns'], cells: readonly string[], font: 'regular' | 'bold'): number {
    const pdf = this.#pdf.font(font);
    return (
      Math.max(
        ...columns.map(({ share }, index) => pdf.heightOfString(printable(cells[index] ?? ''), { width: share * this.#width - 8 })),
      ) +
      2 * PADDING
    );
  }

  #add(parent: Element, tag: string, draw: () => void): void {
    parent.add(this.#pdf.struct(tag, {}, draw));
  }

  /** Draws what is not to be read out; artifacts do not nest. */
  #artifact(draw: () => void): void {
    if (this.#inArtifact) {
      draw();
      return;
    }
    this.#inArtifact = true;
    this.#pdf.markContent('Artifact', { type: 'Layout' });
    draw();
    this.#pdf.endMarkedContent();
    this.#inArtifact = false;
  }

  #end(): number {
    return this.#pdf.page.height - BOTTOM;
  }

  /** Begins a new page when less than `height` is left on this one. */
  #room(height: number): void {
    if (this.#pdf.y + height > this.#end() && this.#pdf.y > TOP) this.#pdf.addPage();
  }
}

/** Mark, foot and page numbers: not part of the text, so that they are not read out on every page. */
function decoratePages(pdf: Pdf, document: PrintedDocument): void {
  const { count } = pdf.bufferedPageRange();
  const [width, height] = [pdf.page.width, pdf.page.height];
  for (let page = 0; page < count; page += 1) {
    pdf.switchToPage(page);
    pdf.markContent('Artifact', { type: 'Pagination' });
    const line = (text: string, x: number, y: number): void => void pdf.text(printable(text), x, y, { lineBreak: false });
    pdf.font('bold').fontSize(SIZES.small).fillColor(INK);
    line(document.mark, MARGIN, 36);
    pdf.font('regular').fillColor(PALE);
    line(SYNTHETIC, width - MARGIN - pdf.widthOfString(SYNTHETIC), 36);
    pdf
      .moveTo(MARGIN, height - 56)
      .lineTo(width - MARGIN, height - 56)
      .lineWidth(0.5)
      .stroke(RULE);
    line(document.foot, MARGIN, height - 48);
    const number = `Page ${page + 1} of ${count}`;
    line(number, width - MARGIN - pdf.widthOfString(number), height - 48);
    pdf.endMarkedContent();
  }
}
