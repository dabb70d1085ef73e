/** The style sheet of the docs page; light and dark by the reader's own setting. */
export const DOCS_STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
*{box-sizing:border-box}
body{margin:0;font:16px/1.55 system-ui,sans-serif;display:grid;grid-template-columns:15rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem;border-right:1px solid var(--line)}
nav ul{list-style:none;padding:0}nav li{margin:.35rem 0}
main{padding:1.5rem 2rem;max-width:60rem}
section{border-top:1px solid var(--line);padding:.5rem 0 1rem;scroll-margin-top:1rem}
section.problem{padding:0}
h2{margin:.6rem 0}h3{margin:1rem 0 .3rem;font-size:1rem}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}
pre{background:var(--soft);padding:.8rem;overflow:auto;border-radius:6px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line)}
td small{display:block;opacity:.75}
:target{background:#fd03}
@media(max-width:50rem){body{display:block}nav{position:static;height:auto;border:0}}
`;
