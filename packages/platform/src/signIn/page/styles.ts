/** One style sheet for every page. Colours are pairs for light and dark, each with a contrast of at least 4.5 to 1. */
export const styles = `
:root { color-scheme: light dark; --paper: light-dark(#f6f4ef, #16181c); --card: light-dark(#fffdf8, #1f2329);
  --ink: light-dark(#22252b, #ece9e2); --soft: light-dark(#5a5e66, #a9adb5); --line: light-dark(#d9d4c7, #3a3f48);
  --key: light-dark(#8a4b0f, #f0b25e); --on-key: light-dark(#ffffff, #22180a); --bad: light-dark(#a3261b, #ff9a8d); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 40rem; margin: 0 auto; padding: 0 1rem; }
main > :last-child, main > :last-child > :last-child { margin-bottom: 0; }
.product { font-weight: 700; color: var(--key); margin: 1.5rem 0 1rem; }
.logo { width: 1.5rem; height: 1.5rem; margin-right: .375rem; vertical-align: middle; }
.product span, footer { font-weight: 400; color: var(--soft); }
footer { font-size: .875rem; margin-bottom: 2rem; }
main { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 1rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
a { color: var(--key); display: inline-block; padding: .125rem 0; overflow-wrap: anywhere; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
ul.permissions { list-style: none; margin: 0; padding: 0; }
ul.permissions li { border-top: 1px solid var(--line); padding: .75rem 0; }
.kind { color: var(--soft); font-size: .875rem; }
label { display: block; font-weight: 600; margin: 1rem 0 .375rem; }
input { display: block; width: 100%; font: inherit; color: inherit; background: var(--paper); padding: .5rem .75rem;
  border: 1px solid var(--soft); border-radius: .25rem; }
ul.choices { list-style: none; margin: 1rem 0 0; padding: 0; display: grid; gap: .5rem; }
button.choice { width: 100%; text-align: left; display: grid; grid-template-columns: auto 1fr; column-gap: .75rem;
  padding: .75rem 1rem; color: inherit; border-color: var(--soft); }
button.choice > * { grid-column: 2; }
button.choice .initial { grid-area: 1 / 1 / span 2; align-self: center; width: 2.5rem; line-height: 2.5rem; border-radius: 50%;
  text-align: center; font-weight: 700; background: var(--key); color: var(--on-key); }
button.choice span { font-weight: 400; color: var(--soft); overflow-wrap: anywhere; }
button.choice:hover { border-color: var(--key); }
.check { display: flex; gap: .75rem; align-items: start; }
.check input { width: 1.25rem; height: 1.25rem; flex: none; margin-top: .125rem; }
.check label { margin: 0; font-weight: 400; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button { font: inherit; font-weight: 600; padding: .5rem 1.25rem; border-radius: .25rem; cursor: pointer;
  border: 1px solid var(--key); background: transparent; color: var(--key); min-height: 2.75rem; }
button.primary { background: var(--key); color: var(--on-key); }
button.link { border: 0; padding: 0; min-height: 0; text-decoration: underline; font-weight: 400; }
:focus-visible { outline: 3px solid var(--key); outline-offset: 2px; }
.problem { border-left: .25rem solid var(--bad); padding-left: .75rem; }
.problem strong { color: var(--bad); }
summary { color: var(--soft); cursor: pointer; font-size: .875rem; padding: .5rem 0; }
details dl { margin: 0; font-size: .875rem; }
@media (max-width: 42rem) { body { padding: 0 .75rem; } main { padding: 1.25rem; } header, footer { padding: 0 .25rem; } }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } .actions button { flex: 1 1 auto; } }
`;

/** Additional styles of the portal's pages: navigation, lists, and code to copy. */
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
