// A copy button on every block of code, and on the lines that show a picture elsewhere. The result is shown on the button and read out.
export function enhance(root) {
  const blocks = [...root.querySelectorAll(".prose pre, .embed-lines pre")].filter((block) => !block.closest(".code-frame"));
  if (!blocks.length || !navigator.clipboard) return;
  const words = root.body.dataset;
  const status = root.querySelector("#Copied") ?? document.createElement("p");
  status.id = "Copied";
  status.className = "unseen";
  status.setAttribute("role", "status");
  root.querySelector("main").append(status);

  for (const block of blocks) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    const label = document.createElement("span");
    label.textContent = words.copy;
    button.append(label);
    button.addEventListener("click", async () => {
      let said = words.copied;
      try { await navigator.clipboard.writeText(textOf(block)); } catch { said = words.copyFailed; }
      const done = said === words.copied;
      status.textContent = said;
      button.classList.toggle("done", done);
      if (done) label.textContent = said;
      setTimeout(() => { label.textContent = words.copy; button.classList.remove("done"); status.textContent = ""; }, 2500);
    });
    frame(block).append(button);
  }
}

function textOf(block) {
  return block.textContent.replace(/\n$/, "");
}

function frame(block) {
  const figure = block.closest("figure[data-code]");
  if (figure) { figure.classList.add("code-frame"); return figure; }
  const wrapper = document.createElement("div");
  wrapper.className = "code-frame";
  block.replaceWith(wrapper);
  wrapper.append(block);
  return wrapper;
}
