// Runs before the first paint, so that a dark page never flashes white.
(() => {
  const wish = localStorage.getItem("mantine-color-scheme-value") ?? "auto";
  const dark = wish === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : wish === "dark";
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
