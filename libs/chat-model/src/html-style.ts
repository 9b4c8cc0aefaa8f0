/** The style sheet of the pages: light and dark as the system is, from the width of a phone up, and on paper. */
export const pageStyle = `:root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 25%, Canvas); }
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0.5rem 0; }
ol, ul.list { list-style: none; padding: 0; margin: 0; }
ul.list li { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; padding: 0.5rem 0; border-block-end: 1px solid var(--line); }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; padding: 0.5rem 0; }
a { color: LinkText; }
.search { position: sticky; inset-block-start: 0; margin: 0; padding: 0.5rem 0; background: Canvas; }
.search input { font: inherit; inline-size: min(100%, 20rem); padding: 0.3rem 0.5rem; border: 1px solid var(--line); border-radius: 0.4rem; }
.m { margin: 0.25rem 0; margin-inline-end: 15%; padding: 0.4rem 0.7rem; border-radius: 0.5rem; background: color-mix(in srgb, CanvasText 8%, Canvas); scroll-margin-block-start: 4rem; }
.m.own { margin-inline: 15% 0; background: color-mix(in srgb, LinkText 14%, Canvas); }
.m.system { margin: 0.5rem 10%; text-align: center; background: none; }
.m:target { outline: 2px solid LinkText; }
.m p, .m pre { margin: 0; white-space: pre-wrap; }
.m img, .m video { display: block; max-width: 100%; max-height: 24rem; margin: 0.25rem 0; border-radius: 0.4rem; }
.m img.small { min-width: 8rem; }
.m audio { display: block; max-width: 100%; margin: 0.25rem 0; }
.m time, .kind, .marks { font-size: 0.85rem; color: color-mix(in srgb, CanvasText 75%, Canvas); }
.day { margin: 1rem 0 0.5rem; text-align: center; font-weight: 600; }
blockquote { margin: 0.25rem 0; padding-inline-start: 0.6rem; border-inline-start: 3px solid var(--line); white-space: pre-wrap; }
[hidden] { display: none; }
@media (max-width: 30rem) {
  body { padding: 0.5rem; }
  .m { margin-inline-end: 5%; }
  .m.own { margin-inline: 5% 0; }
  .m.system { margin-inline: 0; }
}
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .search, .m video, .m audio { display: none; }
  .m { margin-inline-end: 20%; border: 1px solid var(--line); break-inside: avoid; }
  .m.own { margin-inline: 20% 0; }
  .m.system { border: 0; }
  .m img { max-height: 8cm; }
  .day { break-after: avoid; }
}
`;
