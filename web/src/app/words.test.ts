import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { firstLanguage, LANGUAGES } from "./languages";

const folder = `${import.meta.dirname}/../i18n`;

function keys(words: object, before = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "object" ? keys(value, `${before}${key}.`) : [`${before}${key}`],
  );
}

/** Plurals differ by language: `people_few` is the same word as `people_other`. */
const singular = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, "");
const read = (language: string, name: string) =>
  JSON.parse(readFileSync(`${folder}/${language}/${name}`, "utf8"));

describe("words", () => {
  const names = readdirSync(`${folder}/en`);
  for (const language of Object.keys(LANGUAGES)) {
    it(`are the same set in ${language} as in English`, () => {
      expect(readdirSync(`${folder}/${language}`)).toEqual(names);
      for (const name of names) {
        const ours = new Set(keys(read(language, name)).map(singular));
        expect([...ours].sort(), `${language}/${name}`).toEqual(
          [...new Set(keys(read("en", name)).map(singular))].sort(),
        );
      }
    });

    it(`have every plural that ${language} needs`, () => {
      const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const name of names) {
        const all = keys(read(language, name));
        for (const key of all.filter((one) => one.endsWith("_other"))) {
          const stem = singular(key);
          expect(
            needed.filter((one) => !all.includes(`${stem}_${one}`)),
            `${name}: ${stem}`,
          ).toEqual([]);
        }
      }
    });
  }

  it("call a shop one word in Ukrainian", () => {
    for (const name of names) {
      expect(JSON.stringify(read("uk", name)), name).not.toMatch(/крамни|демо-магазин/i);
    }
  });

  it("begin in a language that we speak", () => {
    expect(firstLanguage(null, ["uk-UA", "en"])).toBe("uk");
    expect(firstLanguage("mn", ["uk"])).toBe("mn");
    expect(firstLanguage(null, ["fr", "de"])).toBe("en");
  });
});
