/** What jsdom lacks and the components ask for. */
import { afterEach } from "vitest";

Object.defineProperty(window, "matchMedia", {
  value: (query: string) => ({
    matches: false,
    media: query,
    onchange: null,
    addEventListener: () => {},
    removeEventListener: () => {},
    addListener: () => {},
    removeListener: () => {},
    dispatchEvent: () => false,
  }),
});

class Still {
  observe() {}
  unobserve() {}
  disconnect() {}
}
window.ResizeObserver = Still as unknown as typeof ResizeObserver;

afterEach(() => {
  document.body.innerHTML = "";
});
