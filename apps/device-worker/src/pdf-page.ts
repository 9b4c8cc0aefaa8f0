import { utf8 } from '@coffer/foundation';

/** The fonts that every reader has (ISO 32000-1, 9.6.2.2): nothing is embedded. */
export type PdfFont = 'text' | 'bold' | 'mono';

const fonts: Readonly<Record<PdfFont, string>> = { text: 'Helvetica', bold: 'Helvetica-Bold', mono: 'Courier-Bold' };
/** A4, in points of 1/72 inch. */
const [width, height] = [595, 842];

/** One page of text and black squares, written as a PDF 1.4. Points are counted from the upper left corner. */
export class PdfPage {
  readonly #marks: string[] = [];

  /** A line of Latin letters; what the fonts of every reader do not have is shown as a question mark. */
  text(at: { readonly x: number; readonly y: number }, font: PdfFont, size: number, line: string): void {
    const escaped = line.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/[\\()]/g, String.raw`\$&`);
    this.#marks.push(`BT /${font} ${size} Tf ${at.x} ${height - at.y} Td (${escaped}) Tj ET`);
  }

  /** A filled rectangle; `y` is its upper edge. */
  fill(at: { readonly x: number; readonly y: number }, wide: number, high: number): void {
    this.#marks.push(`${round(at.x)} ${round(height - at.y - high)} ${round(wide)} ${round(high)} re f`);
  }

  /** @param title - shown by readers in the place of a file name */
  bytes(title: string): Uint8Array<ArrayBuffer> {
    const content = this.#marks.join('\n');
    const named = Object.keys(fonts).map((font, index) => `/${font} ${6 + index} 0 R`);
    const objects = [
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents 4 0 R /Resources << /Font << ${named.join(' ')} >> >> >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      `<< /Title (${title}) /Producer (Coffer) >>`,
      ...Object.values(fonts).map((name) => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} >>`),
    ];
    let file = '%PDF-1.4\n';
    const offsets = objects.map((object, index) => {
      const offset = file.length;
      file += `${index + 1} 0 obj\n${object}\nendobj\n`;
      return offset;
    });
    const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
    const size = objects.length + 1;
    file += `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
    return utf8(file);
  }
}

function round(points: number): string {
  return points.toFixed(3);
}
