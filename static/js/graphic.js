// Opens a picture over the page, as large as it wants to be. Without JavaScript the link shows the picture's file.
export function enhance(root) {
  for (const link of root.querySelectorAll("[data-zoom]:not([data-ready])")) {
    link.dataset.ready = "";
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      const picture = link.querySelector("img");
      const dialog = document.createElement("dialog");
      dialog.className = "zoomed";
      dialog.setAttribute("aria-label", picture.alt);
      const image = document.createElement("img");
      image.src = picture.src;
      image.alt = picture.alt;
      const close = document.createElement("button");
      close.type = "button";
      close.textContent = link.dataset.zoom;
      close.addEventListener("click", () => dialog.close());
      dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
      dialog.append(image, close);
      document.body.append(dialog);
      dialog.showModal();
    });
  }
}
