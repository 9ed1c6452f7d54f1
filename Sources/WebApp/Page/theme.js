// Light or dark: as the system has it, until the switch says otherwise.

import { remember, remembered } from "./store.js";

const system = matchMedia("(prefers-color-scheme: dark)");
const key = "theme";

const theme = remembered(key);
if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;

export function startTheme(button) {
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    remember(key, next);
    show();
  });
  system.addEventListener("change", show);
  show();
}
