// A picture that is shown smaller than it is gets a button that shows it as large as the window.
const known = new WeakSet();
let dialog;

export function enhance(root) {
  if (!window.HTMLDialogElement) return;
  for (const image of root.querySelectorAll(".prose img")) {
    if (known.has(image) || image.closest("a, button, table, [data-card]")) continue;
    known.add(image);
    const frame = image.closest("picture")?.parentElement ?? image.parentElement;
    if (frame.textContent.trim() && frame.localName !== "figure") continue;
    frame.classList.add("zoomable");
    frame.append(button(image));
  }
}

function button(image) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "enlarge";
  button.setAttribute("aria-label", document.body.dataset.enlarge);
  button.setAttribute("aria-haspopup", "dialog");
  button.hidden = true;
  const look = () => { button.hidden = !canGrow(image); };
  image.addEventListener("load", look);
  new ResizeObserver(look).observe(image);
  button.addEventListener("click", () => open(image));
  image.addEventListener("click", () => { if (!button.hidden) open(image); });
  return button;
}

function canGrow(image) {
  const own = /\.svg($|\?)/.test(image.currentSrc) ? Infinity : Math.max(image.naturalWidth, Number(image.getAttribute("width")));
  return image.clientWidth > 0 && Math.min(own, innerWidth * 0.94) > image.clientWidth * 1.15;
}

function open(image) {
  dialog ??= makeDialog();
  const large = image.cloneNode();
  large.removeAttribute("id");
  large.removeAttribute("loading");
  large.sizes = "95vw";
  const caption = image.closest("figure")?.querySelector("figcaption");
  dialog.querySelector("figure").replaceChildren(large, ...(caption ? [caption.cloneNode(true)] : []));
  dialog.setAttribute("aria-label", image.alt || document.body.dataset.enlarge);
  dialog.showModal();
}

function makeDialog() {
  const dialog = document.createElement("dialog");
  dialog.className = "zoom";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "plain-button";
  close.textContent = document.body.dataset.close;
  dialog.append(close, document.createElement("figure"));
  dialog.addEventListener("click", () => dialog.close());
  document.body.append(dialog);
  return dialog;
}
