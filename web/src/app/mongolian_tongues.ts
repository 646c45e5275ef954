/** Languages by their names in Mongolian, which Chromium does not know. */
export const MONGOLIAN_TONGUES: Record<string, string> = {
  uk: "Украин", ru: "Орос", en: "Англи", mn: "Монгол", kk: "Казах", ky: "Киргиз", uz: "Узбек",
  az: "Азербайжан", ka: "Гүрж", hy: "Армен", be: "Беларусь", bg: "Болгар", ro: "Румын",
  pl: "Польш", cs: "Чех", sk: "Словак", hu: "Унгар", de: "Герман", fr: "Франц", es: "Испани",
  it: "Итали", pt: "Португал", nl: "Нидерланд", tr: "Турк", el: "Грек", lt: "Литва", lv: "Латви",
  et: "Эстони", fi: "Финланд", sv: "Швед", da: "Дани", nb: "Норвеги", zh: "Хятад", ja: "Япон",
  ko: "Солонгос", vi: "Вьетнам", th: "Тай", id: "Индонези", hi: "Хинди", ar: "Араб", he: "Еврей",
}; // biome-ignore format: a table of names
