// Light or dark: as the system has it, until the switch says otherwise.

const system = matchMedia("(prefers-color-scheme: dark)");
const key = "theme";

// Storage can be forbidden; the switch then holds as long as the page.
function stored() {
  try { return localStorage.getItem(key); } catch { return null; }
}

function store(theme) {
  try { localStorage.setItem(key, theme); } catch { /* see above */ }
}

const theme = stored();
if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;

export function startTheme(button) {
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    store(next);
    show();
  });
  system.addEventListener("change", show);
  show();
}
