// @ts-check
/**
 * The chat on a shop's pages: a bubble with what is unread, a panel with the thread.
 *
 * <script src="https://go.shop.example/w/web_chat/main.js" data-key="mrc_browser_..." defer></script>
 *
 * data-user and data-proof name a customer who has logged in, data-language (en, ru, uk, mn) and
 * data-source are free. Texts are only ever put in as text, never as HTML.
 *
 * @typedef {{text: string, url?: string, reply?: string, copy?: string}} Button
 * @typedef {{kind: string, url: string, name?: string, alt?: string, thumbnail?: string}} Media
 * @typedef {{title: string, text?: string, picture?: string, url?: string, buttons?: Button[]}} Card
 * @typedef {{seq: number, id: string, from: "you" | "shop", at: number, seen?: boolean,
 *   text?: string, title?: string, formatted?: boolean, media?: Media[], buttons?: Button[],
 *   keyboard?: Button[], cards?: Card[], link?: string, lang?: string, by?: string,
 *   leave?: string, silent?: boolean}} Line
 * @typedef {{t: "say" | "tap", id: string, text: string, of?: string, payload?: string}} Word
 */
(() => {
  "use strict";
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const page = /** @type {any} */ (window);
  if (!script || page.maracujaChat) return;
  const base = script.src.replace(/\.js(\?.*)?$/, "");
  const inbox = new URL("/v1/inbox", base).href;
  const data = script.dataset;
  let user = data.user || "", proof = data.proof || "";

  // ---------------------------------------------------------------- words

  /** @type {Record<string, string[]>} */
  const WORDS = {
    en: ["Chat", "Close the chat", "Write a message", "Send", "sending", "Reconnecting…",
      "Unread", "Copied", "You", "No more news", "The message was not taken", "Today"],
    ru: ["Чат", "Закрыть чат", "Напишите сообщение", "Отправить", "отправляется",
      "Восстанавливаем связь…", "Непрочитанных", "Скопировано", "Вы", "Не присылать новости",
      "Сообщение не принято", "Сегодня"],
    uk: ["Чат", "Закрити чат", "Напишіть повідомлення", "Надіслати", "надсилається",
      "Відновлюємо зв’язок…", "Непрочитаних", "Скопійовано", "Ви", "Не надсилати новини",
      "Повідомлення не прийнято", "Сьогодні"],
    mn: ["Чат", "Чатыг хаах", "Зурвас бичнэ үү", "Илгээх", "илгээж байна",
      "Дахин холбогдож байна…", "Уншаагүй", "Хуулсан", "Та", "Мэдээ авахгүй",
      "Зурвасыг хүлээж авсангүй", "Өнөөдөр"],
  };
  const wished = (data.language || document.documentElement.lang || navigator.language || "en");
  const language = wished.slice(0, 2).toLowerCase() in WORDS ? wished.slice(0, 2).toLowerCase() : "en";
  const [CHAT, CLOSE, WRITE, SEND, SENDING, RECONNECTING, UNREAD, COPIED, YOU, LEAVE, REFUSED,
    TODAY] = WORDS[language];

  // ---------------------------------------------------------------- what the browser keeps

  const PREFIX = "maracuja-chat:";
  /** @type {(name: string) => any} */
  const kept = (name) => {
    try { return JSON.parse(localStorage.getItem(PREFIX + name) || "null"); } catch { return null; }
  };
  /** @type {(name: string, value: any) => void} */
  const keep = (name, value) => {
    try {
      if (value) localStorage.setItem(PREFIX + name, JSON.stringify(value));
      else localStorage.removeItem(PREFIX + name);
    } catch { /* a browser that keeps nothing has a chat for as long as the page is open */ }
  };
  const forget = () => ["token", "draft", "words"].forEach((name) => keep(name, null));
  let token = "", visitor = "";
  const recall = () => {
    const held = kept("token");
    if (held && held.user && held.user !== user) forget(); // another person had logged in here
    else token = held ? held.token : token;
  };
  recall();

  // ---------------------------------------------------------------- what is shown

  /** @type {Map<string, Line>} */
  const lines = new Map();
  /** @type {Word[]} */
  let words = kept("words") || []; // said, not confirmed yet
  /** @type {Set<string>} */
  const shown = new Set(); // ids that were seen here, not confirmed yet
  let last = 0, open = false, greeting = "", started = true;

  /**
   * An element; children that are texts stay texts.
   * @type {(tag: string, given?: Record<string, any>, ...children: (Node | string | false)[]) => any}
   */
  const make = (tag, given = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) {
      if (typeof value === "function") made.addEventListener(name, value);
      else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(.../** @type {(Node | string)[]} */ (children.filter(Boolean)));
    return made;
  };
  /** @type {(path: string) => SVGElement} */
  const icon = (path) => {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg"), shape = document.createElementNS(space, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    shape.setAttribute("d", path);
    svg.append(shape);
    return svg;
  };
  /** @type {(url: string | undefined, secure?: boolean) => string} */
  const safe = (url, secure) => (url && (secure ? /^https:\/\//i : /^https?:\/\//i).test(url) ? url : "");
  /** @type {(url: string | undefined, given: object, ...children: (Node | string)[]) => HTMLElement} */
  const link = (url, given, ...children) => safe(url)
    ? make("a", { href: url, target: "_blank", rel: "noopener", ...given }, ...children)
    : make("span", given, ...children);

  const MARKS = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])|(?<![\p{L}\p{N}_])(?:\*([^*\n]+)\*|_([^_\n]+)_|~([^~\n]+)~|`([^`\n]+)`)(?![\p{L}\p{N}_])/gu;
  /** Text with its links, and its marks where it is formatted. @type {(text: string, formatted?: boolean) => (Node | string)[]} */
  const rich = (text, formatted) => {
    /** @type {(Node | string)[]} */
    const parts = [];
    let at = 0;
    for (const found of text.matchAll(MARKS)) {
      const [whole, url, bold, italic, struck, code] = found;
      if (!url && !formatted) continue;
      parts.push(text.slice(at, found.index));
      at = found.index + whole.length;
      if (url) parts.push(link(url, {}, url));
      else if (code) parts.push(make("code", {}, code));
      else parts.push(make(bold ? "b" : italic ? "i" : "s", {}, ...rich(bold || italic || struck, true)));
    }
    return [...parts, text.slice(at)];
  };

  /** @type {(line: Line, button: Button) => HTMLElement} */
  const key = (line, button) => {
    if (button.url) return link(button.url, { class: "key" }, button.text);
    const pressed = () => {
      if (button.copy) {
        navigator.clipboard?.writeText(button.copy).then(() => {
          made.textContent = COPIED;
          setTimeout(() => { made.textContent = button.text; }, 2000);
        }, () => {});
      } else say({ t: "tap", id: random(), of: line.id, payload: button.reply, text: button.text });
    };
    const made = make("button", { class: "key", type: "button", click: pressed }, button.text);
    return made;
  };
  /** @type {(one: Media) => Node | false} */
  const medium = (one) => {
    if (!safe(one.url, true)) return false;
    if (one.kind === "picture") {
      return make("img", { src: one.url, alt: one.alt || "", loading: "lazy", load: settle });
    }
    if (one.kind === "video") {
      return make("video", { src: one.url, controls: true, preload: "none",
        poster: safe(one.thumbnail, true), "aria-label": one.alt || one.name || "video" });
    }
    return link(one.url, { class: "file" }, icon("M6 2h9l5 5v15H6z"), one.name || one.url);
  };
  /** @type {(line: Line, card: Card) => HTMLElement} */
  const carded = (line, card) => make("li", { class: "card" },
    safe(card.picture, true) && make("img", { src: card.picture, alt: "", loading: "lazy" }),
    link(card.url, { class: "name" }, card.title),
    !!card.text && make("p", {}, card.text),
    ...(card.buttons || []).map((button) => key(line, button)));
  // A browser may have no words for Mongolian: then numbers alone, as 11-22.
  const known = Intl.DateTimeFormat.supportedLocalesOf(language).length > 0;
  const clock = new Intl.DateTimeFormat(known ? language : "sv", { hour: "2-digit", minute: "2-digit" });
  const calendar = new Intl.DateTimeFormat(known ? language : "sv",
    known ? { day: "numeric", month: "long" } : { day: "2-digit", month: "2-digit" });

  /** @type {(line: Line, waits?: boolean) => HTMLElement} */
  const bubble = (line, waits) => {
    const mine = line.from === "you";
    const media = (line.media || []).map(medium).filter(Boolean);
    const body = make("div", { class: "body", lang: line.lang },
      make("span", { class: "who" }, mine ? YOU : line.by || name.textContent || CHAT),
      .../** @type {Node[]} */ (media),
      !!line.title && make("b", { class: "title" }, ...(line.link ? [link(line.link, {}, line.title)] : [line.title])),
      !!line.text && make("p", {}, ...rich(line.text, line.formatted)),
      !line.title && !!safe(line.link) && link(line.link, { class: "more" }, line.link || ""),
      make("small", {}, waits ? SENDING : clock.format(line.at)),
      !!safe(line.leave) && link(line.leave, { class: "leave" }, LEAVE));
    return make("div", { class: `line ${line.from}${waits ? " waits" : ""}`, "data-id": line.id }, body,
      !!line.cards && make("ul", { class: "cards", tabindex: "0", "aria-label": line.title || CHAT },
        ...line.cards.map((card) => carded(line, card))),
      !!line.buttons && make("div", { class: "keys" }, ...line.buttons.map((button) => key(line, button))));
  };

  /** @type {Map<string, HTMLElement>} */
  const drawn = new Map();
  let queued = false;
  const draw = () => {
    if (!queued) {
      queued = true;
      setTimeout(() => { queued = false; drawNow(); }); // frames do not come to hidden pages
    }
  };
  const drawNow = () => {
    const low = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    const all = [...lines.values()].sort((a, b) => a.seq - b.seq);
    let day = "";
    /** @type {HTMLElement[]} */
    const wanted = [];
    for (const line of all) {
      const told = calendar.format(line.at);
      if (told !== day) {
        const mark = drawn.get(`day-${line.id}`) || make("div", { class: "day" },
          told === calendar.format(Date.now()) ? TODAY : told);
        drawn.set(`day-${line.id}`, mark);
        day = told;
        wanted.push(mark);
      }
      let made = drawn.get(line.id);
      if (!made) {
        drawn.set(line.id, made = bubble(line));
        if (unseen(line)) watching.observe(made);
      }
      wanted.push(made);
    }
    /** @type {(id: string, line: object, waits?: boolean) => void} */
    const aside = (id, line, waits) => {
      const made = drawn.get(id) || bubble({ seq: 0, id, from: "shop", at: Date.now(), ...line }, waits);
      drawn.set(id, made);
      wanted.push(made);
    };
    if (!all.length && greeting) aside("greeting", { text: greeting });
    for (const word of words) aside(`waits-${word.id}`, { from: "you", text: word.text }, true);
    const there = new Set(wanted);
    [...log.children].forEach((one) => there.has(/** @type {HTMLElement} */ (one)) || one.remove());
    wanted.forEach((one, n) => { if (log.children[n] !== one) log.insertBefore(one, log.children[n] || null); });
    const newest = all[all.length - 1];
    const offered = newest && !words.length && newest.keyboard || [];
    replies.replaceChildren(...offered.map((button) => key(newest, button)));
    count();
    if (low) settle();
  };
  /** @type {(line: Line) => boolean} */
  const unseen = (line) => line.from === "shop" && !line.seen && !shown.has(line.id);
  const count = () => {
    const n = [...lines.values()].filter(unseen).length;
    badge.textContent = n ? String(Math.min(n, 99)) : "";
    badge.hidden = !n;
    launcher.setAttribute("aria-label", n ? `${CHAT}. ${UNREAD}: ${n}` : CHAT);
  };
  const settle = () => { log.scrollTop = log.scrollHeight; };

  // What has been before the eyes of somebody: in the panel, in a page that is not hidden.
  const watching = new IntersectionObserver((entries) => {
    if (document.visibilityState !== "visible") return;
    const ids = entries.filter((one) => one.isIntersecting).map((one) => {
      watching.unobserve(one.target);
      return /** @type {HTMLElement} */ (one.target).dataset.id || "";
    });
    if (!ids.length) return;
    ids.forEach((id) => shown.add(id));
    tell({ t: "seen", ids });
    count();
  });

  // ---------------------------------------------------------------- the protocol

  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)),
    (one) => one.toString(16).padStart(2, "0")).join("");
  /** @type {WebSocket | null} */
  let socket = null;
  let welcomed = false, tries = 0, byHttp = false, over = false;
  let heardAt = 0, timer = 0;

  const hello = () => ({ key: data.key || "", token, user, proof });
  /** @type {(frame: object) => void} */
  const tell = (frame) => {
    if (socket && welcomed) socket.send(JSON.stringify(frame));
    else if (byHttp && welcomed) post({ token, after: last, frames: [frame] }).then(take, retry);
  };
  /** @type {(word: Word) => void} */
  const say = (word) => {
    words.push(word);
    keep("words", words);
    drawNow();
    settle();
    if (welcomed) tell(word);
    else connect();
  };

  const connect = () => {
    clearTimeout(timer);
    if (socket || over || (byHttp && welcomed)) return;
    recall();
    if (byHttp) { ask(); return; }
    welcomed = false;
    const opened = socket = new WebSocket(base.replace(/^http/, "ws"));
    opened.onopen = () => opened.send(JSON.stringify({ t: "hello", after: last, ...hello() }));
    opened.onmessage = (event) => { heardAt = Date.now(); hear(JSON.parse(event.data)); };
    opened.onclose = (event) => {
      if (opened !== socket) return;
      const greeted = welcomed;
      socket = null;
      welcomed = false;
      if (event.code === 4429 || (!greeted && tries > 1)) byHttp = true;
      retry();
    };
  };
  const retry = () => {
    if (over) return;
    socket = null;
    welcomed = false;
    // Jitter, so that all browsers do not come back at the same moment.
    const wait = Math.min(30, 2 ** tries++) * (0.5 + Math.random()) * 1000;
    clearTimeout(timer);
    timer = setTimeout(connect, tries > 1 ? wait : wait / 4);
    setTimeout(notice, 800);
  };
  const notice = () => { bar.hidden = welcomed || over; };

  /** @type {(told: any) => void} */
  const welcome = (told) => {
    if (told.visitor !== visitor && visitor || told.from < last) reset();
    visitor = told.visitor;
    token = told.token;
    keep("token", { token, user });
    last = Math.max(last, told.from);
    name.textContent = told.shop;
    panel.setAttribute("aria-label", told.shop);
    greeting = told.greeting[language] || told.greeting.en || "";
    started = told.started;
    welcomed = true;
    tries = 0;
    notice();
    begin();
    if (shown.size) tell({ t: "seen", ids: [...shown] });
    words.forEach(tell);
    draw();
  };
  const reset = () => {
    lines.clear();
    drawn.clear();
    shown.clear();
    last = 0;
  };
  const begin = () => {
    if (!open || started || !welcomed) return;
    started = true;
    tell({ t: "start", source: data.source || "page" });
  };

  /** @type {(told: any) => void} */
  const hear = (told) => {
    switch (told.t) {
      case "welcome": welcome(told); break;
      case "line": add([told]); break;
      case "seen": seen(told.ids); break;
      case "refused": refused(told); break;
    }
  };
  /** @type {(told: Line[]) => void} */
  const add = (told) => {
    const arrived = told.filter((line) => line.from === "shop" && !line.seen && !lines.has(line.id));
    for (const line of told) {
      lines.set(line.id, { ...line, seen: line.seen || lines.get(line.id)?.seen });
      last = Math.max(last, line.seq);
    }
    const waited = words.length;
    words = words.filter((word) => !lines.has(word.id));
    if (words.length !== waited) keep("words", words);
    if (arrived.length) tell({ t: "taken", ids: arrived.map((line) => line.id) });
    draw();
  };
  /** @type {(ids: string[]) => void} */
  const seen = (ids) => {
    for (const id of ids) {
      const line = lines.get(id);
      if (line) line.seen = true;
      shown.delete(id);
    }
    count();
  };
  /** @type {(told: any) => void} */
  const refused = (told) => {
    if (told.retry_after_s) {
      setTimeout(() => words.filter((word) => word.id === told.id).forEach(tell), told.retry_after_s * 1000 + 500);
    } else if (told.id) {
      words = words.filter((word) => word.id !== told.id);
      keep("words", words);
      problem.textContent = REFUSED;
      setTimeout(() => { problem.textContent = ""; }, 6000);
      draw();
    } else if (told.code === "not_found") {
      token = "";
      keep("token", null);
      socket?.close();
    } else if (!welcomed) {
      console.warn(`Maracuja chat: ${told.message}`);
      if (told.code === "unauthorized" && user) user = proof = "";
      else over = true;
    }
  };

  // Where no socket opens, the same by HTTP: one request waits for what is new.
  /** @type {(body: object, path?: string) => Promise<any>} */
  const post = async (body, path = "") => {
    const answer = await fetch(inbox + path, { method: "POST", body: JSON.stringify(body),
      headers: { "content-type": "text/plain" }, credentials: "omit" });
    const told = await answer.json();
    if (answer.ok) return told;
    if (answer.status === 401 && !path || answer.status === 404) { token = ""; keep("token", null); }
    throw told;
  };
  /** @type {(told: any) => void} */
  const take = (told) => { add([...told.said, ...told.lines]); };
  const ask = async () => {
    try {
      welcome(await post({ ...hello(), after: last }, "/open"));
      for (let n = 0; byHttp && welcomed && !over; n++) {
        take(await post({ token, after: last, wait_s: n ? 20 : 0, frames: [] }));
        if (n % 6 === 5) { byHttp = welcomed = false; tries = 1; connect(); } // perhaps a socket opens now
      }
    } catch (fault) {
      const told = /** @type {any} */ (fault);
      if (told.code && !told.retry_after_s) refused(told);
      retry();
    }
  };

  // ---------------------------------------------------------------- the panel

  const name = make("b", {}, CHAT);
  const bar = make("div", { class: "bar", role: "status", hidden: true }, RECONNECTING);
  const problem = make("div", { class: "problem", role: "alert" });
  const log = make("div", { class: "log", role: "log", tabindex: "0", "aria-label": CHAT });
  const replies = make("div", { class: "replies" });
  const field = make("textarea", { rows: "1", maxlength: "4000", "aria-label": WRITE, placeholder: WRITE,
    input: () => { keep("draft", field.value); grow(); },
    keydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    } });
  const grow = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, 120)}px`;
    field.style.overflowY = field.scrollHeight > 118 ? "auto" : "hidden";
  };
  const submit = () => {
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    keep("draft", null);
    grow();
    say({ t: "say", id: random(), text });
  };
  const toggle = (/** @type {boolean} */ wanted) => {
    open = wanted;
    panel.hidden = !open;
    launcher.setAttribute("aria-expanded", String(open));
    if (!open) { launcher.focus(); return; }
    const first = [...lines.values()].filter(unseen).sort((a, b) => a.seq - b.seq)[0];
    drawNow();
    if (first) drawn.get(first.id)?.scrollIntoView({ block: "nearest" });
    else settle();
    field.focus();
    connect();
    begin();
  };
  const badge = make("span", { class: "badge", hidden: true });
  const launcher = make("button", { class: "launcher", type: "button", "aria-label": CHAT,
    "aria-expanded": "false", click: () => toggle(!open) }, icon("M4 4h16v12H9l-5 4z"), badge);
  const panel = make("div", { class: "panel", role: "dialog", "aria-label": CHAT, hidden: true,
    keydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === "Escape") toggle(false); } },
    make("div", { class: "head" }, name, make("button", { class: "close", type: "button", "aria-label": CLOSE,
      click: () => toggle(false) }, icon("M6 6l12 12M18 6L6 18"))),
    bar, log, replies, problem,
    make("form", { submit: (/** @type {Event} */ event) => { event.preventDefault(); submit(); } }, field,
      make("button", { class: "send", "aria-label": SEND }, icon("M4 12l16-8-6 16-3-6z"))));

  const STYLE = `
:host{all:initial;color-scheme:light dark;--a:var(--maracuja-accent,#3b4cca);--on:var(--maracuja-on-accent,#fff);
--ink:var(--maracuja-ink,#1c1b19);--soft:var(--maracuja-soft,#5d5a54);--face:var(--maracuja-face,#fff);
--back:var(--maracuja-back,#f6f6f4);--edge:var(--maracuja-edge,#e4e3df);--far:var(--maracuja-gap,20px)}
@media(prefers-color-scheme:dark){:host{--ink:var(--maracuja-ink,#f2f0ec);--soft:var(--maracuja-soft,#a8a49c);
--face:var(--maracuja-face,#262523);--back:var(--maracuja-back,#1d1c1b);--edge:var(--maracuja-edge,#3d3b38)}}
*{box-sizing:border-box;scrollbar-width:thin;scrollbar-color:var(--edge) transparent;font:14px/1.5 var(--maracuja-font,system-ui,sans-serif);color:inherit;margin:0}
[hidden]{display:none!important}
.launcher,.panel{position:fixed;right:var(--far);z-index:2147483000}
.launcher{bottom:var(--far);width:56px;height:56px;border:0;border-radius:50%;background:var(--a);color:var(--on);
cursor:pointer;box-shadow:0 6px 20px #0004;display:grid;place-items:center}
svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.badge{position:absolute;top:-4px;right:-4px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;
background:#b3261e;color:#fff;font:600 12px/22px system-ui,sans-serif}
.panel{bottom:calc(var(--far) + 68px);width:376px;max-width:calc(100vw - 2*var(--far));height:600px;
max-height:calc(100vh - 108px);max-height:calc(100dvh - 108px);display:flex;flex-direction:column;background:var(--back);
color:var(--ink);border:1px solid var(--edge);border-radius:16px;overflow:hidden;box-shadow:0 16px 48px #0003}
.head{display:flex;align-items:center;padding:12px 8px 12px 18px;background:var(--a);color:var(--on)}
.head b{flex:1;font-weight:650;font-size:15px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.close{background:none;border:0;width:36px;height:36px;border-radius:8px;cursor:pointer;display:grid;place-items:center}
.bar{background:#fdf3d7;color:#6d4700;padding:6px 18px;font-size:12.5px}
.problem:not(:empty){background:#fbe9e7;color:#8c1d18;padding:6px 18px;font-size:12.5px}
.log{flex:1;overflow-y:auto;padding:14px 14px 6px;overscroll-behavior:contain;overflow-wrap:anywhere}
.day{text-align:center;color:var(--soft);font-size:12.5px;margin:4px 0 10px}
.line{display:flex;flex-direction:column;align-items:flex-start;gap:6px;margin-bottom:10px}
.you{align-items:flex-end}
.body{max-width:84%;padding:9px 13px;border-radius:14px 14px 14px 4px;background:var(--face);border:1px solid var(--edge)}
.you .body{background:var(--a);color:var(--on);border-color:transparent;border-radius:14px 14px 4px 14px}
.waits .body{opacity:.72}
.who{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.body p{white-space:pre-wrap}
.title{display:block;font-weight:650}
b{font-weight:650}i{font-style:italic}code{font-family:ui-monospace,monospace}
small{display:block;font-size:11.5px;color:var(--soft);text-align:right}
.you small{color:inherit}
a{color:var(--a);text-decoration:underline;text-underline-offset:2px}
.you a{color:inherit}
@media(prefers-color-scheme:dark){.shop a:not(.key){color:var(--maracuja-link,#b3baec)}}
.leave{font-size:11.5px}
img,video{display:block;max-width:100%;border-radius:10px;margin-bottom:6px;background:var(--edge)}
.file{display:flex;gap:8px;align-items:center;margin-bottom:6px}
.keys,.replies{display:flex;flex-wrap:wrap;gap:6px;max-width:100%}
.replies:not(:empty){padding:6px 14px}
.key{min-height:36px;padding:6px 14px;border:1px solid var(--edge);border-radius:18px;background:var(--face);color:var(--ink);
font-weight:550;cursor:pointer;text-decoration:none;text-align:center}
.key:hover{border-color:var(--a)}
.cards{display:flex;gap:8px;overflow-x:auto;max-width:100%;padding:2px 2px 8px;list-style:none}
.card{flex:0 0 200px;display:flex;flex-direction:column;gap:6px;padding:10px;background:var(--face);border:1px solid var(--edge);
border-radius:12px}
.card .name{font-weight:650;color:var(--ink)}
.card img{width:100%;height:112px;object-fit:cover;margin:0}
.card p{flex:1;color:var(--soft);font-size:13px}
form{display:flex;gap:8px;align-items:flex-end;padding:10px 12px 12px;border-top:1px solid var(--edge);background:var(--face)}
textarea{flex:1;resize:none;border:1px solid var(--edge);border-radius:10px;padding:8px 12px;background:var(--back);color:var(--ink);
max-height:120px;overflow-y:hidden}
textarea::placeholder{color:var(--soft);opacity:1}
.send{width:40px;height:40px;border:0;border-radius:10px;background:var(--a);color:var(--on);cursor:pointer;display:grid;place-items:center}
:focus-visible{outline:3px solid var(--a);outline-offset:2px}
textarea:focus-visible{outline-width:2px;outline-offset:-2px}
.log:focus-visible,.cards:focus-visible{outline-offset:-3px}
.head :focus-visible{outline-color:var(--on);outline-offset:-3px}
@media(max-width:480px){.panel{right:0;left:0;bottom:0;width:100%;max-width:100%;height:100%;max-height:100dvh;border:0;border-radius:0}
.panel:not([hidden])~.launcher{display:none}}
@media(prefers-reduced-motion:no-preference){.panel{animation:in .15s ease-out}@keyframes in{from{opacity:0;transform:translateY(8px)}}}
`;

  const host = make("div", { id: "maracuja-chat", lang: language });
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // also where the page's policy forbids <style>
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  root.append(panel, launcher);
  document.body.append(host);
  field.value = kept("draft") || "";

  addEventListener("online", () => { tries = 0; connect(); });
  addEventListener("visibilitychange", () => {
    // Seen only now: what came while the page was hidden.
    if (document.visibilityState === "visible" && open) {
      for (const line of lines.values()) {
        const bubbled = drawn.get(line.id);
        if (bubbled && unseen(line)) { watching.unobserve(bubbled); watching.observe(bubbled); }
      }
    }
  });
  setInterval(() => {
    if (!socket || !welcomed) return;
    if (Date.now() - heardAt > 60_000) { socket.close(); socket.onclose?.(new CloseEvent("close")); return; }
    socket.send('{"t":"ping"}');
  }, 25_000);

  page.maracujaChat = {
    open: () => toggle(true),
    close: () => toggle(false),
    /** Whom the server takes the visitor for. */
    get visitor() { return visitor; },
    /** After logging in on a page that is not loaded anew. @type {(id: string, proven: string) => void} */
    login(id, proven) { user = id; proof = proven; again(); },
    /** The thread is gone from this browser; for a customer it stays on the server. */
    logout() { user = proof = token = ""; forget(); words = []; field.value = ""; again(); },
  };
  const again = () => {
    const old = socket;
    socket = null;
    welcomed = over = false;
    old?.close();
    reset();
    visitor = "";
    draw();
    if (token || user || open) connect();
  };
  // Nobody is asked for and nothing is opened for a visitor who has never used the chat.
  if (token || user || words.length) connect();
})();
