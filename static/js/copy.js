// Adds a copy button to every code block and to the embed code of an infographic. The result shows on the button and is announced.
export function enhance(root) {
  const blocks = [...root.querySelectorAll(".prose pre, .embed-code pre")].filter((block) => !block.closest(".code-frame"));
  if (!blocks.length || !navigator.clipboard) return;
  const words = root.body.dataset;
  const status = root.querySelector("#Copied") ?? document.createElement("p");
  status.id = "Copied";
  status.className = "visually-hidden";
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
      let message = words.copied;
      try { await navigator.clipboard.writeText(textOf(block)); } catch { message = words.copyFailed; }
      const isDone = message === words.copied;
      status.textContent = message;
      button.classList.toggle("done", isDone);
      if (isDone) label.textContent = message;
      setTimeout(() => { label.textContent = words.copy; button.classList.remove("done"); status.textContent = ""; }, 2500);
    });
    frame(block).append(button);
  }
}

// The text to copy: all of a block, but only the commands of a terminal session.
function textOf(block) {
  const lines = block.textContent.replace(/\n$/, "").split("\n");
  return commands(lines, /(?:^|\s)language-(\S+)/.exec(block.querySelector("code")?.className ?? "")?.[1].toLowerCase() ?? "") ?? lines.join("\n");
}

// Languages whose blocks are terminal sessions, and languages whose blocks may be.
const SESSIONS = /^(console|terminal|session|(shell|sh|bash|zsh)-?session|pycon|python-?console|ps1con|doscon)$/;
const SHELLS = /^(sh|bash|zsh|fish|shell|powershell|pwsh|ps1?|cmd|bat|batch|dosbatch|py|python|text|txt|plain|)$/;

// The start of a prompt: an environment, then a user and host, a folder, or both.
const ENVIRONMENT = String.raw`^ {0,4}(?:\([\w.-]+\) ?)?`, USER = String.raw`\[?[\w.-]+@[\w.-]+[^$#%>\n]*`, FOLDER = String.raw`(?:~|/)[^\s$#%>]*`;
const prompt = (sign) => new RegExp(String.raw`${ENVIRONMENT}(?:(?:${FOLDER}|\[[^\]\n]*\])? ?${sign}|${USER}[$#%>❯]) +(?![\d\s])`);

// For each kind of prompt: how it starts, how the next line of a command starts, and how a line ends that continues. `%` and `#`
// also start comments, so they count only in sessions, and `#` only without another sign.
const SHELL_CONTINUES = /(\\|\||&&|\bdo|\bthen|\{|\()$/;
const FORMS = [
  ...["\\$", "❯", "➜"].map((sign) => [prompt(sign), /^> ?/, SHELL_CONTINUES]),
  [/^PS(?: [^>\n]*)?> */, /^>> ?/, /[`|{(]$/],
  [/^[A-Za-z]:\\[^>\n]*> */, /^More\? /, /\^$/],
  [/^>>> ?/, /^\.\.\. ?/, /[\\:({[]$/],
];
const SESSION_FORMS = [...FORMS, [prompt("%"), /^> ?/, SHELL_CONTINUES], [prompt("#"), /^> ?/, SHELL_CONTINUES]];
const count = (text, sign) => text.split(sign).length - 1;

// The commands of a session without prompts and output, or undefined if the block is not a session. A block whose language does
// not say that it is a session must start with a prompt.
export function commands(lines, language) {
  const isSession = SESSIONS.test(language);
  if (!isSession && !SHELLS.test(language)) return undefined;
  const searched = isSession ? lines : lines.filter((line) => line.trim() && !line.startsWith("#")).slice(0, 1);
  const [prompt, next, continues] = (isSession ? SESSION_FORMS : FORMS).find(([prompt]) => searched.some((line) => prompt.test(line))) ?? [];
  if (!prompt) return undefined;
  const typed = [];
  // Whether the command may continue, and the word that ends its here-document.
  let isOpen = false, end;
  for (const [at, line] of lines.entries()) {
    const bare = line.replace(next, "");
    if (!end && prompt.test(line)) {
      const command = line.replace(prompt, "");
      typed.push(command);
      end = /<<-?\s*["']?(\w+)/.exec(command)?.[1];
      if (!lines.slice(at + 1).some((line) => line.replace(next, "").trim() === end)) end = undefined;
      isOpen = continues.test(command.trimEnd()) || count(command, "'") % 2 === 1 && !command.includes('"') || count(command, '"') % 2 === 1 && !command.includes("'");
    } else if (end) {
      typed.push(bare);
      if (bare.trim() === end) end = undefined;
    } else if (isOpen && next.test(line) || continues.test(typed.at(-1)?.trimEnd() ?? "")) typed.push(bare);
    else isOpen = false;
  }
  return typed.join("\n");
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
