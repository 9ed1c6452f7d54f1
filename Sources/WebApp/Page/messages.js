// What a page tells and asks a person: at the lower edge, to screen readers, in a dialog.

const element = (id) => document.getElementById(id);

let alertTimer = null;
export function complain(message) {
  const alert = element("alert");
  alert.textContent = message;
  alert.hidden = false;
  clearTimeout(alertTimer);
  alertTimer = setTimeout(() => { alert.hidden = true; }, 6000);
}

// For screen readers, once nothing has changed for a while: not every stroke of a drawing.
let sayTimer = null;
export function say(message) {
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => { element("live").textContent = message; }, 600);
}

// Asks in words; says whether the person agrees.
export function agrees(question, yes, no = "Keep") {
  const dialog = element("question");
  element("question-text").textContent = question;
  element("question-yes").textContent = yes;
  element("question-no").textContent = no;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
