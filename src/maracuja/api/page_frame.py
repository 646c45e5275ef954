"""The frame of the pages that people see: one style, languages to choose, nothing loaded."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import urlencode, urlsplit

from maracuja.api.link_words import LANGUAGES, NAMES, WORDS
from maracuja.campaigns.forms import Form

STYLE: Final = """
:root{color-scheme:light dark;--ink:#2b1a2f;--soft:#6d5a73;--page:#fdf6ee;--card:#fff;
--line:#eaddd2;--fruit:#7a2e6b;--seed:#d9480f;--on:#fff;--edge:#8d7a93}
@media(prefers-color-scheme:dark){:root{--ink:#f6ebf4;--soft:#c3aec4;--page:#1d1220;--card:#2a1b2e;
--line:#46324a;--fruit:#e08fd0;--seed:#ff9d66;--on:#1d1220;--edge:#9b87a0}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif;
min-height:100vh;display:grid;place-items:center;padding:1.5rem}
main{background:var(--card);border:1px solid var(--line);border-radius:1.25rem;width:100%;
max-width:34rem;padding:2rem;box-shadow:0 1rem 3rem rgb(60 20 50/.08);overflow-wrap:anywhere}
main::before{content:"";display:block;width:3rem;height:3rem;border-radius:50%;margin:0 0 1rem;
background:radial-gradient(circle,#2b1a2f 0 8%,#ffb703 9% 52%,#fff3d6 53% 62%,#7a2e6b 63%)}
main.logo::before{display:none}
main>img{display:block;max-width:100%;max-height:4rem;margin:0 0 1rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;text-wrap:balance}
h2{font-size:1.125rem;line-height:1.3;margin:1.75rem 0 .25rem}
p{margin:0 0 1.25rem;color:var(--soft)}
fieldset{border:0;border-top:1px solid var(--line);margin:0;padding:1rem 0}
legend{float:left;width:100%;font-weight:650;padding:0}
legend+*{clear:both}
small{display:block;color:var(--soft);font-weight:400;font-size:.9375rem}
label{display:flex;gap:.75rem;align-items:center;min-height:2.75rem;cursor:pointer}
label>span{flex:1;min-width:0}
input{width:1.4rem;height:1.4rem;accent-color:var(--fruit);margin:0;flex:none}
label.of{display:block;font-weight:650;margin-top:1rem;min-height:0;cursor:auto}
label.of input,label.of select,.entry{display:block;font:inherit;font-weight:400;width:100%;
height:3rem;border:1px solid var(--edge);border-radius:.75rem;padding:0 .875rem;
background:var(--card);color:var(--ink);margin-top:.25rem}
.pair{display:flex;gap:.75rem;flex-wrap:wrap;clear:both}
.pair>*{flex:1 1 7rem}
.fault{color:var(--seed);font-weight:400;display:block}
@media(prefers-color-scheme:light){.fault{color:#b02a08}}
.off{position:absolute;left:-9999px;top:0;width:1px;height:1px;overflow:hidden}
button{font:inherit;font-weight:650;min-height:3rem;width:100%;border-radius:.875rem;
border:2px solid var(--fruit);background:var(--fruit);color:var(--on);cursor:pointer;
margin-top:.75rem}
button.quiet{background:none;color:var(--ink);border-color:var(--line)}
button.small{width:auto;min-height:2.5rem;padding:0 1rem;margin:.25rem .5rem .25rem 0}
a{color:var(--fruit)}
form+p{margin-top:1.25rem}
a.go{display:block;text-align:center;font-weight:650;padding:.75rem;border-radius:.875rem;
border:2px solid var(--fruit);text-decoration:none;margin-top:.75rem}
:focus-visible{outline:3px solid var(--seed);outline-offset:3px}
[role=status],[role=alert]{border-left:.25rem solid var(--seed);padding:.5rem .875rem;
color:var(--ink)}
dl{margin:0}
dt{font-weight:650;margin-top:1rem}
dd{margin:0}
details>summary{cursor:pointer;color:var(--fruit);padding:.5rem 0}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin-top:1.5rem;font-size:.9375rem}
nav a{display:inline-block;padding:.375rem 0}
nav [aria-current]{color:var(--soft);text-decoration:none}
@media(max-width:26rem){body{padding:.5rem}main{padding:1.25rem}}
"""


def framed(
    language: str,
    title: str,
    inner: str,
    *,
    languages: bool = True,
    query: dict[str, str] | None = None,
    logo: str = "",
    style: str = "",
) -> str:
    """A whole page; `query` is kept by the links to other languages, `style` follows our own."""
    here = {language: ' aria-current="true"'}
    links = "".join(
        f'<a href="?{escape(urlencode({**(query or {}), "lang": code}))}" lang="{code}"'
        f' hreflang="{code}"{here.get(code, "")}>{NAMES[code]}</a>'
        for code in LANGUAGES
    )
    label = escape(WORDS[language]["languages"])
    nav = f'<nav aria-label="{label}">{links}</nav>' if languages else ""
    picture = f'<img src="{escape(logo)}" alt="">' if logo else ""
    main = '<main class="logo">' if logo else "<main>"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head>"
        f"<body>{main}{picture}{inner}{nav}</main></body></html>"
    )


def headers_of(form: Form | None = None) -> dict[str, str]:
    """The headers of a page that people fill in; a form may show its logo and lead on.

    The browser tells our own pages where it comes from, so that a sending from elsewhere is seen.
    """
    logo = redirect = ""
    frames = "'none'"
    if form is not None:
        logo = f"img-src {_site(form.look.logo)}; " if form.look.logo else ""
        redirect = f" {_site(form.redirect)}" if form.redirect else ""
        frames = " ".join(form.origins) or frames
    return {
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Robots-Tag": "noindex",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": f"default-src 'none'; style-src 'unsafe-inline'; {logo}"
        f"form-action 'self'{redirect}; base-uri 'none'; frame-ancestors {frames}",
    }


def _site(url: str | None) -> str:
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}"
