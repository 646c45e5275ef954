/** The first that runs: what the page asked for needs comes side by side with the app itself. */
import { askEarly } from "./early";
import { FRAME_WORDS, firstLanguage, LETTERS, wordsOf } from "./languages";
import { placeAt } from "./pages";

const language = firstLanguage();
const { place, at } = placeAt(location, language);
const names = [...FRAME_WORDS, ...place.words];
// Whoever needs what did not come asks again, and says so.
void Promise.allSettled([place.load(), ...names.map((name) => wordsOf(language, name))]);
void document.fonts.load('1em "Inter Variable"', LETTERS[language]);
for (const path of ["/api/session", ...place.asks(at)]) {
  askEarly(path, language);
}
void import("./main");
