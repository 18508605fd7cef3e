/** The look of the API reference. It needs no font and no picture. */
export const style = `
:root{color-scheme:light dark;--accent:#2f45c5;--page:#f5f6f9;--surface:#fff;--text:#1a1d27;--muted:#555b6b;--line:#e1e4eb;--code:#f3f4f8;
--get:#0b5cad;--post:#146c37;--put:#8a5300;--delete:#b3261e}
@media (prefers-color-scheme:dark){:root{--accent:#a3b0ff;--page:#0f121a;--surface:#181c27;--text:#eceef4;--muted:#a5acbd;--line:#2c3243;
--code:#10131c;--get:#7db8ff;--post:#7fd69b;--put:#f0b866;--delete:#ff9d93}}
*{box-sizing:border-box}
html{font:100%/1.5 -apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;scroll-padding-top:1rem}
body{margin:0;background:var(--page);color:var(--text);display:grid;grid-template-columns:18rem minmax(0,1fr)}
a{color:var(--accent)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem 1rem 2rem;background:var(--surface);border-right:1px solid var(--line)}
nav b{display:block;margin:1.25rem .5rem .25rem;font-size:.75rem;text-transform:uppercase;letter-spacing:.06em;color:var(--muted)}
nav a{display:block;padding:.25rem .5rem;border-radius:.4rem;color:inherit;text-decoration:none;font-size:.9rem}
nav a:hover{background:var(--code)}
nav .name{font-size:1.2rem;font-weight:700}
main{padding:2.5rem clamp(1rem,4vw,3rem) 6rem;max-width:64rem}
h1{font-size:2rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.35rem;margin:3rem 0 .25rem;text-transform:capitalize}
h3{font-size:.8rem;text-transform:uppercase;letter-spacing:.05em;color:var(--muted);margin:1.5rem 0 .5rem}
p{margin:.5rem 0;max-width:70ch}
.muted{color:var(--muted)}
.operation{margin:.6rem 0;background:var(--surface);border:1px solid var(--line);border-radius:.6rem}
summary{cursor:pointer}
.operation>summary{display:flex;flex-wrap:wrap;gap:.25rem .9rem;align-items:baseline;padding:.7rem 1rem;list-style:none}
.operation>summary::-webkit-details-marker{display:none}
.operation>summary:hover{background:var(--code);border-radius:.6rem}
.operation>summary .muted{margin-left:auto;font-size:.9rem}
.operation>div{scroll-margin-top:4.5rem;padding:.25rem 1rem 1.25rem;border-top:1px solid var(--line)}
.method{font:700 .75rem/1.5 ui-monospace,monospace;min-width:3.8rem;color:var(--method)}
.get{--method:var(--get)}.post{--method:var(--post)}.put,.patch{--method:var(--put)}.delete{--method:var(--delete)}
code,pre,textarea,.path{font-family:ui-monospace,"Cascadia Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.86rem}
code{background:var(--code);padding:.1em .3em;border-radius:.25rem;overflow-wrap:anywhere}
.path{font-weight:600;overflow-wrap:anywhere}
pre{background:var(--code);border:1px solid var(--line);border-radius:.4rem;padding:.75rem;overflow:auto;margin:.5rem 0}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600;width:14rem}
.response{border-bottom:1px solid var(--line);padding:.4rem 0}
.response summary span{margin-left:.5rem}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
form label{display:block;font-weight:600;margin:.5rem 0 .2rem;font-size:.9rem}
input,textarea{width:100%;padding:.5rem;border:1px solid var(--muted);border-radius:.4rem;background:var(--code);color:inherit}
button{margin:.75rem 0 .25rem;padding:.5rem 1.2rem;border:0;border-radius:.4rem;background:var(--accent);color:var(--surface);font:600 1rem/1.4 inherit;cursor:pointer}
@media (max-width:52rem){body{display:block}nav{position:static;height:auto;border:0;border-bottom:1px solid var(--line);max-height:40vh}
.operation>summary .muted{margin-left:0;width:100%}th{width:auto}}
`
