// Commands to copy name the address that the page came from.

for (const code of document.querySelectorAll("pre")) {
  code.textContent = code.textContent.replaceAll("http://localhost:8501", location.origin);
}
