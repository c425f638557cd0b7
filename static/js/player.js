// Chapters and the transcript move the video on this page. A video of another site is loaded after a click, and not before.
export function enhance(root) {
  for (const figure of root.querySelectorAll("[data-player]:not([data-ready])")) {
    figure.dataset.ready = "";
    const video = figure.querySelector("video");
    const links = [...document.querySelectorAll("[data-seek]")];
    for (const link of links) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
        event.preventDefault();
        video.currentTime = Number(link.dataset.seek);
        video.play().catch(() => { /* The reader presses play; the place is kept. */ });
        video.scrollIntoView({ block: "nearest" });
      });
    }
    const said = links.filter((link) => link.closest("#Transcript"));
    video.addEventListener("timeupdate", () => {
      const now = said.findLast((link) => Number(link.dataset.seek) <= video.currentTime);
      for (const link of said) link.parentElement.classList.toggle("is-said", link === now);
    });
  }
  for (const facade of root.querySelectorAll("[data-embed]:not([data-ready])")) {
    facade.dataset.ready = "";
    facade.querySelector("a").addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      if (!/^https?:$/.test(new URL(facade.dataset.embed, location.href).protocol)) return;
      event.preventDefault();
      const frame = document.createElement("iframe");
      frame.title = facade.dataset.title;
      frame.allow = "autoplay; fullscreen; picture-in-picture";
      frame.allowFullscreen = true;
      frame.referrerPolicy = "strict-origin-when-cross-origin";
      frame.src = facade.dataset.embed;
      facade.replaceWith(frame);
      frame.focus();
    });
  }
}
