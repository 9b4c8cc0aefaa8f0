import { html, type Html } from './html';

/** Where the one style sheet stands. */
export const stylesheetPath = '/style.css';

/** A whole page. No script, no image, no font from elsewhere. `outcome` lets a program that walks the pages know where it is. */
export function page(title: string, body: Html, outcome?: string): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${outcome === undefined ? undefined : html`<meta name="outcome" content="${outcome}" />`}
        <title>${title} · Coffer demo identity</title>
        <link rel="stylesheet" href="${stylesheetPath}" />
      </head>
      <body>
        <main>
          <p class="origin">Coffer demo identity provider</p>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `.text;
}

/** The style sheet: system fonts and colours, light and dark, readable at 200 % zoom. */
export const stylesheet = `
:root { color-scheme: light dark; --line: #8a8f98; --paper: #fff; --ground: #f3f4f6; --ink: #16181d; --soft: #4a505a; --accent: #0b5cad; --on-accent: #fff; --alarm: #a4161a; }
@media (prefers-color-scheme: dark) { :root { --line: #7d8590; --paper: #1c2128; --ground: #12151a; --ink: #eceff4; --soft: #b4bcc8; --accent: #7ab8ff; --on-accent: #0a1626; --alarm: #ff9b9b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 2rem auto; padding: 1.5rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.75rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 1.5rem 0 0.5rem; font-size: 1rem; }
.origin, .hint { color: var(--soft); font-size: 0.875rem; margin: 0 0 0.5rem; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input:not([type='hidden']) { width: 100%; padding: 0.625rem 0.75rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 0.5rem; }
button { margin-top: 1.25rem; padding: 0.625rem 1.25rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: 0.5rem; cursor: pointer; }
button.second { color: inherit; background: transparent; border-color: var(--line); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.alarm { padding: 0.75rem; border: 1px solid var(--alarm); border-radius: 0.5rem; color: var(--alarm); }
.code { font: 600 1.75rem/1.4 ui-monospace, monospace; letter-spacing: 0.1em; }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; }
th, td { padding: 0.375rem 0.5rem; text-align: start; border-top: 1px solid var(--line); }
td.secret { font-family: ui-monospace, monospace; }
`;
