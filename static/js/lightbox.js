// Enlarges images over the page: images in the text from a button, infographics from their link. Without JavaScript that link opens
// the image file.
const known = new WeakSet();
let dialog;

export function enhance(root) {
  if (!window.HTMLDialogElement) return;
  for (const image of root.querySelectorAll(".prose img")) addButton(image);
  for (const link of root.querySelectorAll("[data-lightbox]:not([data-ready])")) {
    link.dataset.ready = "";
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      open(link.querySelector("img"), link.dataset.lightbox);
      dialog.addEventListener("close", () => link.focus(), { once: true });
    });
  }
}

function addButton(image) {
  if (known.has(image) || image.closest("a, button, table, [data-card]")) return;
  known.add(image);
  const frame = image.closest("picture")?.parentElement ?? image.parentElement;
  if (frame.textContent.trim() && frame.localName !== "figure") return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "enlarge";
  button.setAttribute("aria-label", document.body.dataset.enlarge);
  button.setAttribute("aria-haspopup", "dialog");
  button.hidden = true;
  const update = () => { button.hidden = !canGrow(image); };
  image.addEventListener("load", update);
  new ResizeObserver(update).observe(image);
  button.addEventListener("click", () => open(image));
  image.addEventListener("click", () => { if (!button.hidden) open(image); });
  frame.classList.add("zoomable");
  frame.append(button);
}

function canGrow(image) {
  const own = /\.svg($|\?)/.test(image.currentSrc) ? Infinity : Math.max(image.naturalWidth, Number(image.getAttribute("width")));
  return image.clientWidth > 0 && Math.min(own, innerWidth * 0.94) > image.clientWidth * 1.15;
}

// Shows an image so that it fits the window. An infographic, which brings the text of its close button, is larger and scrolls.
function open(image, closeText) {
  dialog ??= makeDialog();
  const large = image.cloneNode();
  large.removeAttribute("id");
  large.removeAttribute("loading");
  large.sizes = "95vw";
  const caption = closeText ? null : image.closest("figure")?.querySelector("figcaption");
  dialog.querySelector("figure").replaceChildren(large, ...(caption ? [caption.cloneNode(true)] : []));
  dialog.classList.toggle("scrolling", Boolean(closeText));
  dialog.querySelector("button").textContent = closeText ?? document.body.dataset.close;
  dialog.setAttribute("aria-label", image.alt || document.body.dataset.enlarge);
  dialog.showModal();
}

function makeDialog() {
  const dialog = document.createElement("dialog");
  dialog.className = "lightbox";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "plain-button";
  dialog.append(close, document.createElement("figure"));
  dialog.addEventListener("click", () => dialog.close());
  document.body.append(dialog);
  return dialog;
}
