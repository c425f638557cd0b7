// Chapters and the transcript control the video on this page. A video on another site loads only after a click.
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
        video.play().catch(() => { /* The reader can press play; the position is set. */ });
        video.scrollIntoView({ block: "nearest" });
      });
    }
    const lines = links.filter((link) => link.closest("#Transcript"));
    video.addEventListener("timeupdate", () => {
      const current = lines.findLast((link) => Number(link.dataset.seek) <= video.currentTime);
      for (const link of lines) link.parentElement.classList.toggle("is-current", link === current);
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
