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

// What is copied: the text of a block; of a session in a terminal only what one types there.
function textOf(block) {
  const lines = block.textContent.replace(/\n$/, "").split("\n");
  return commands(lines, /(?:^|\s)language-(\S+)/.exec(block.querySelector("code")?.className ?? "")?.[1].toLowerCase() ?? "") ?? lines.join("\n");
}

// Languages whose blocks are sessions, and those whose blocks may be.
const SESSIONS = /^(console|terminal|session|(shell|sh|bash|zsh)-?session|pycon|python-?console|ps1con|doscon)$/;
const SHELLS = /^(sh|bash|zsh|fish|shell|powershell|pwsh|ps1?|cmd|bat|batch|dosbatch|py|python|text|txt|plain|)$/;

// Where one is, as prompts say it: an environment, then a user and a host, a folder, or both.
const PLACE = String.raw`^ {0,4}(?:\([\w.-]+\) ?)?`, USER = String.raw`\[?[\w.-]+@[\w.-]+[^$#%>\n]*`, FOLDER = String.raw`(?:~|/)[^\s$#%>]*`;
const prompt = (sign) => new RegExp(String.raw`${PLACE}(?:(?:${FOLDER}|\[[^\]\n]*\])? ?${sign}|${USER}[$#%>❯]) +(?![\d\s])`);

// How prompts begin, how the next line of one command begins, and how a line ends that goes on. `%` and `#` begin comments, too, so
// they count only in sessions, and `#` only where there is no other sign.
const SHELL_GOES_ON = /(\\|\||&&|\bdo|\bthen|\{|\()$/;
const FORMS = [
  ...["\\$", "❯", "➜"].map((sign) => [prompt(sign), /^> ?/, SHELL_GOES_ON]),
  [/^PS(?: [^>\n]*)?> */, /^>> ?/, /[`|{(]$/],
  [/^[A-Za-z]:\\[^>\n]*> */, /^More\? /, /\^$/],
  [/^>>> ?/, /^\.\.\. ?/, /[\\:({[]$/],
];
const SESSION_FORMS = [...FORMS, [prompt("%"), /^> ?/, SHELL_GOES_ON], [prompt("#"), /^> ?/, SHELL_GOES_ON]];
const count = (text, sign) => text.split(sign).length - 1;

// The commands of a session without prompts and answers; nothing where a block is none. A block that does not call itself a session
// has to begin with a prompt.
export function commands(lines, language) {
  const isSession = SESSIONS.test(language);
  if (!isSession && !SHELLS.test(language)) return undefined;
  const searched = isSession ? lines : lines.filter((line) => line.trim() && !line.startsWith("#")).slice(0, 1);
  const [prompt, next, goesOn] = (isSession ? SESSION_FORMS : FORMS).find(([prompt]) => searched.some((line) => prompt.test(line))) ?? [];
  if (!prompt) return undefined;
  const typed = [];
  // Whether the command may go on, and the word that ends the text which it reads.
  let isOpen = false, end;
  for (const [at, line] of lines.entries()) {
    const bare = line.replace(next, "");
    if (!end && prompt.test(line)) {
      const command = line.replace(prompt, "");
      typed.push(command);
      end = /<<-?\s*["']?(\w+)/.exec(command)?.[1];
      if (!lines.slice(at + 1).some((line) => line.replace(next, "").trim() === end)) end = undefined;
      isOpen = goesOn.test(command.trimEnd()) || count(command, "'") % 2 === 1 && !command.includes('"') || count(command, '"') % 2 === 1 && !command.includes("'");
    } else if (end) {
      typed.push(bare);
      if (bare.trim() === end) end = undefined;
    } else if (isOpen && next.test(line) || goesOn.test(typed.at(-1)?.trimEnd() ?? "")) typed.push(bare);
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
