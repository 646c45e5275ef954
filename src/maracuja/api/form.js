// @ts-check
/**
 * A sign-up form on a shop's page, where the tag stands:
 *
 * <script src="https://go.shop.example/f/news.js" defer></script>
 *
 * data-language, data-country, data-source and data-place (the id of an element to fill) are free.
 * Texts are only ever put in as text, never as HTML; nothing needs a style or script of the page.
 */
(() => {
  "use strict";
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  if (!script) return;
  const base = script.src.replace(/\.js(\?.*)?$/, ""), data = script.dataset;
  const source = data.source || new URLSearchParams(location.search).get("utm_source") || location.hostname;
  const page = location.origin + location.pathname;

  /** @type {(tag: string, given?: Record<string, any>, ...children: (Node | string)[]) => any} */
  const make = (tag, given = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) {
      if (typeof value === "function") made.addEventListener(name, value);
      else if (value !== false && value !== undefined) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  };
  /** @type {(path: string, fields: Record<string, string> | URLSearchParams) => Promise<any>} */
  const send = (path, fields) => fetch(base + path, {
    method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" },
    credentials: "omit", referrerPolicy: "strict-origin",
  }).then((answer) => answer.json());

  const host = make("div");
  const room = host.attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  /** @type {any} */
  let form;

  /** @type {(told: any) => void} */
  const build = (told) => {
    style.replaceSync(`:host{display:block;max-width:34rem;font:inherit;color:inherit}
      *{box-sizing:border-box;font:inherit}h2{font-size:1.35em;font-weight:650;margin:0 0 .4em}
      p{margin:0 0 .6em}label{display:block;margin:.8em 0 0}label.box{display:flex;gap:.6em;align-items:flex-start}
      fieldset{border:0;padding:0;margin:.8em 0 0}legend{padding:0}img{max-width:100%;max-height:4em}
      input:not([type=checkbox]),select{display:block;width:100%;min-height:2.8em;padding:0 .7em;margin-top:.2em;
      border:1px solid #767676;border-radius:.6em;background:#fff;color:#000}
      input[type=checkbox]{width:1.3em;height:1.3em;flex:none;margin:.15em 0 0}
      button,a.go{display:block;width:100%;min-height:2.9em;margin-top:1em;border:0;border-radius:.7em;padding:.7em;
      text-align:center;text-decoration:none;font-weight:650;cursor:pointer;background:${told.colour};color:${told.ink}}
      :focus-visible{outline:3px solid currentColor;outline-offset:2px}.fault{display:block;color:#b02a08}
      [role=alert],[role=status]{border-left:.25em solid ${told.colour};padding:.3em .8em}
      .off{position:absolute;left:-9999px;width:1px;height:1px;overflow:hidden}`);
    room.adoptedStyleSheets = [style];
    /** @type {(one: any) => HTMLElement} */
    const entry = (one) => {
      const label = one.required || one.required === undefined ? one.label : `${one.label} ${told.optional}`;
      const fault = make("span", { class: "fault", id: `fault-${one.name}` });
      const given = { name: one.name, "aria-describedby": fault.id };
      if (one.type === "yes") {
        return make("label", { class: "box" }, make("input", { ...given, type: "checkbox", value: "yes" }),
          make("span", {}, one.label, fault));
      }
      if (one.type !== "choice") {
        const hints = /** @type {Record<string, string>} */ ({ email: "email", tel: "tel" });
        return make("label", {}, label, make("input", {
          ...given, type: one.type, maxlength: 300, autocomplete: hints[one.type],
        }), fault);
      }
      const options = one.options.map((/** @type {any} */ o) => make("option", { value: o.value }, o.label));
      return make("label", {}, label,
        make("select", given, make("option", { value: "" }, told.choose), ...options), fault);
    };
    const topics = told.topics.map((/** @type {any} */ one) => make("label", { class: "box" },
      make("input", { type: "checkbox", name: "topic", value: one.value }), one.label));
    const note = make("p", { role: "alert", hidden: true });
    const stamp = make("input", { type: "hidden", name: "stamp", value: told.stamp });
    const button = make("button", {}, told.button);
    let begun = false;
    form = make("form", {
      novalidate: true, lang: told.lang,
      input: () => {
        if (!begun) send("/begun", { source }).catch(() => {});
        begun = true;
      },
      submit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        button.disabled = true;
        try {
          const fields = new URLSearchParams(/** @type {any} */ (new FormData(form)));
          const answer = await send("", fields);
          if (answer.ok) return done(answer, told);
          stamp.value = answer.stamp || stamp.value;
          say(note, answer.text);
          for (const place of form.querySelectorAll(".fault")) {
            const text = (answer.faults || {})[place.id.slice(6)] || "";
            place.textContent = text;
            const field = form.elements[place.id.slice(6)];
            if (field && field.setAttribute) field.setAttribute("aria-invalid", text ? "true" : "false");
          }
          const wrong = form.querySelector("[aria-invalid=true]");
          if (wrong) wrong.focus();
        } catch { say(note, "…"); } finally { button.disabled = false; }
      },
    }, make("h2", {}, told.title),
    ...told.promise.map((/** @type {string[]} */ [name, text]) => make("p", {}, make("b", {}, `${name}: `), text)),
    note, ...told.fields.map(entry),
    ...(topics.length ? [make("fieldset", {}, make("legend", {}, told.about), ...topics,
      make("span", { class: "fault", id: "fault-topics" }))] : []),
    entry({ name: "consent", label: told.consent, type: "yes" }), stamp,
    ...Object.entries({ lang: told.lang, source: source.slice(0, 80), page }).map(([name, value]) =>
      make("input", { type: "hidden", name, value })),
    make("div", { class: "off", "aria-hidden": "true" },
      make("input", { name: "website", tabindex: "-1", autocomplete: "off" })),
    button);
    if (told.logo) form.prepend(make("img", { src: told.logo, alt: "" }));
    room.append(form);
  };
  /** @type {(place: HTMLElement, text: string) => void} */
  const say = (place, text) => {
    place.textContent = text;
    place.hidden = false;
  };
  /** @type {(answer: any, told: any) => void} */
  const done = (answer, told) => {
    if (answer.redirect && !answer.ref && !answer.starts.length) return void location.assign(answer.redirect);
    const box = make("div", { lang: told.lang, tabindex: "-1" }, make("h2", {}, answer.title));
    for (const text of answer.texts) box.append(make("p", { role: "status" }, text));
    for (const one of answer.starts) {
      if (/^https:\/\//.test(one.url)) box.append(make("p", {}, one.text), make("a", { class: "go", href: one.url }, one.button));
    }
    if (answer.ref) {
      const note = make("p", { role: "alert", hidden: true });
      const field = make("input", { inputmode: "numeric", autocomplete: "one-time-code", maxlength: 6 });
      box.append(make("form", {
        submit: async (/** @type {Event} */ event) => {
          event.preventDefault();
          const found = await send("/code", { ref: answer.ref, code: field.value, lang: told.lang }).catch(() => ({ text: "…" }));
          if (found.ok) box.replaceChildren(make("h2", {}, found.title), make("p", { role: "status" }, found.text));
          else say(note, found.text);
        },
      }, note, make("label", {}, answer.code, field), make("button", {}, answer.button)));
    }
    form.replaceWith(box);
    box.focus();
  };

  const query = new URLSearchParams({
    lang: data.language || document.documentElement.lang || navigator.language || "en", source,
  });
  if (data.country) query.set("country", data.country);
  const place = data.place && document.getElementById(data.place);
  if (place) place.append(host);
  else script.after(host);
  fetch(`${base}/fields?${query}`, { credentials: "omit", referrerPolicy: "strict-origin" })
    .then((answer) => answer.json()).then((told) => { if (told.ok) build(told); }).catch(() => {});
})();
