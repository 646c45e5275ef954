/** A small question at the edge of a page, in the visitor's language; nothing of the page stops. */

/** Title, text, yes, no. */
const WORDS: Record<string, [string, string, string, string]> = {
  en: [
    "Shall we let you know?",
    "A notification in this browser when there is something for you. You can stop it at any time.",
    "Yes, let me know",
    "Not now",
  ],
  ru: [
    "Сообщать вам о новом?",
    "Уведомление в этом браузере, когда для вас что-то есть. Отключить можно в любой момент.",
    "Да, сообщайте",
    "Не сейчас",
  ],
  uk: [
    "Повідомляти вас про нове?",
    "Сповіщення в цьому браузері, коли для вас щось є. Вимкнути можна будь-коли.",
    "Так, повідомляйте",
    "Не зараз",
  ],
  mn: [
    "Танд мэдэгдэх үү?",
    "Танд зориулсан зүйл гарвал энэ хөтөч дээр мэдэгдэнэ. Хүссэн үедээ зогсоож болно.",
    "Тийм, мэдэгдээрэй",
    "Одоо биш",
  ],
};

const LOOKS = `
  section { position: fixed; z-index: 2147483000; inset: auto auto 16px 16px; max-width: 340px;
    box-sizing: border-box; padding: 16px; border: 1px solid #e4e3df; border-radius: 12px;
    background: #fff; color: #1c1b19; font: 14px/1.5 system-ui, sans-serif;
    box-shadow: 0 6px 24px rgb(0 0 0 / 12%) }
  h2 { margin: 0 0 4px; font-size: 15px; font-weight: 600 }
  p { margin: 0 0 12px }
  div { display: flex; flex-wrap: wrap; gap: 8px; justify-content: flex-end }
  button { min-height: 36px; padding: 0 14px; border: 1px solid #767676; border-radius: 8px;
    background: none; color: inherit; font: inherit; cursor: pointer }
  button.yes { border-color: transparent; background: var(--maracuja-accent, #3b4cca);
    color: var(--maracuja-on-accent, #fff) }
  button:focus-visible { outline: 3px solid currentColor; outline-offset: 2px }
  @media (max-width: 420px) { section { inset: auto 8px 8px; max-width: none } }
  @media (prefers-color-scheme: dark) {
    section { background: #1d1c1b; color: #f2f0ec; border-color: #33312e } }`;

export interface Answer {
  yes: boolean;
  /** What was read, as it was shown. */
  text: string;
  language: string;
}

/** Ask, and wait for the answer; Escape is a "not now". `own` takes the place of our text. */
export const question = (own?: string): Promise<Answer> =>
  new Promise((answer) => {
    const wished = (document.documentElement.lang || navigator.language).slice(0, 2).toLowerCase();
    const language = wished in WORDS ? wished : "en";
    const [title, ours, yes, no] = WORDS[language] as [string, string, string, string];
    const text = own || ours;
    const host = document.createElement("div");
    host.id = "maracuja-question";
    const room = host.attachShadow({ mode: "open" });
    const style = new CSSStyleSheet(); // a strict policy of the page lets no other style in
    style.replaceSync(LOOKS);
    room.adoptedStyleSheets = [style];

    const make = (tag: string, text = "", look = ""): HTMLElement => {
      const made = document.createElement(tag);
      made.textContent = text;
      made.className = look;
      return made;
    };
    const end = (yes: boolean) => {
      host.remove();
      removeEventListener("keydown", pressed);
      answer({ yes, text: `${title} ${text}`, language });
    };
    const pressed = (event: KeyboardEvent) => event.key === "Escape" && end(false);
    const buttons = make("div");
    const [later, agree] = [make("button", no), make("button", yes, "yes")];
    later.onclick = () => end(false);
    agree.onclick = () => end(true);
    buttons.append(later, agree);
    const box = make("section");
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", title);
    box.lang = language;
    box.append(make("h2", title), make("p", text), buttons);
    room.append(box);
    addEventListener("keydown", pressed);
    document.body.append(host);
  });
