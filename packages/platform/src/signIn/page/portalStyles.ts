/** What the portal's pages have beyond `styles`: links to each other, lists of things, and code to copy. */
export const portalStyles = `
header, main, footer { max-width: 64rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 1rem; padding: 0; }
nav a { display: inline-block; padding: .375rem 0; text-decoration: none; color: var(--ink); border-bottom: 2px solid transparent; }
nav a:hover, nav a[aria-current] { border-color: var(--key); color: var(--key); }
nav.tabs { border-bottom: 1px solid var(--line); margin: 0 0 1.5rem; }
nav.tabs ul { margin: 0; }
ul.rows { list-style: none; margin: 1rem 0; padding: 0; }
ul.rows > li { border-top: 1px solid var(--line); padding: .75rem 0; display: flex; flex-wrap: wrap; gap: .5rem 1rem;
  align-items: start; justify-content: space-between; }
ul.rows > li > div { flex: 1 1 18rem; min-width: 0; }
a.remedy { border: 1px solid var(--key); border-radius: .25rem; padding: .5rem 1.25rem; font-weight: 600; text-decoration: none; }
.soft { color: var(--soft); font-size: .875rem; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .625rem; font-size: .8125rem; }
.who { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: .75rem; }
input[type=checkbox], input[type=radio] { accent-color: var(--key); }
.good { color: light-dark(#1d6b34, #7fd69a); }
.bad { color: var(--bad); }
.once { border: 2px solid var(--key); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
.once > :first-child { margin-top: 0; }
pre { background: var(--paper); border: 1px solid var(--line); border-radius: .25rem; padding: .75rem; margin: .5rem 0;
  font: .8125rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
select, textarea { display: block; width: 100%; font: inherit; color: inherit; background: var(--paper); padding: .5rem .75rem;
  border: 1px solid var(--soft); border-radius: .25rem; }
textarea { font: .875rem/1.5 ui-monospace, monospace; min-height: 7rem; }
fieldset { border: 1px solid var(--line); border-radius: .25rem; margin: 1rem 0; padding: .5rem 1rem 1rem; min-width: 0; }
legend { font-weight: 600; padding: 0 .375rem; }
.check { margin-top: .75rem; }
.check label { overflow-wrap: anywhere; min-width: 0; }
@media (max-width: 30rem) { ul.rows form, ul.rows button { width: 100%; } }
`;
