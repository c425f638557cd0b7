// Updates the open page to what the server has now and changes nothing else. It compares three pages: the one served before, the
// one served now, and the live one, which scripts and readers have changed. Only differences between the first two are applied to
// the third. So everything that a script added, or that was typed, opened, scrolled or is playing, stays as it is.

const ELEMENT = 1, TEXT = 3;

// Equal elements may differ in this attribute, because a new line above moves all lines below.
const LINE = "data-source-line";

// If a parent has more changed pairs of children than this, they are compared only from both ends.
const PAIRS_MAX = 1_000_000;

export class LivePage {
  #served;
  #live = new WeakMap();
  #known = new WeakSet();
  #keys = new WeakMap();
  #isFirst = true;

  // Create this before the page's scripts change the page.
  constructor() {
    this.#served = document.documentElement.cloneNode(true);
    this.#pair(this.#served, document.documentElement);
  }

  // Merges a document and returns the changed elements in order. `mustReload` is set if scripts differ, because they cannot be replaced.
  update(next) {
    this.changes = { elements: [], mustReload: false, styles: [] };
    const root = next.documentElement;
    this.#element(this.#served, root, document.documentElement);
    this.#served = root;
    this.#isFirst = false;
    return this.changes;
  }

  #pair(served, live) {
    this.#live.set(served, live);
    this.#known.add(live);
    const children = live.childNodes;
    served.childNodes.forEach((child, at) => { if (children[at]) this.#pair(child, children[at]); });
  }

  // Nodes with the same key are equal except for their lines.
  #key(node) {
    if (node.nodeType === TEXT) return `"${node.data}`;
    if (node.nodeType !== ELEMENT) return "!";
    let key = this.#keys.get(node);
    if (key === undefined) {
      const attributes = [...node.attributes].filter(({ name }) => name !== LINE).map(({ name, value }) => `${name}=${value}`);
      const inner = isOpaque(node) ? node.innerHTML : Array.from(node.childNodes, (child) => this.#key(child)).join("\u0001");
      key = hash(`${node.nodeName}\u0002${attributes.join("\u0001")}\u0002${inner}`);
      this.#keys.set(node, key);
    }
    return key;
  }

  #element(old, next, live) {
    this.#live.set(next, live);
    this.#attributes(old, next, live);
    if (isOpaque(next)) {
      if (old.innerHTML !== next.innerHTML && next.nodeName === "TEMPLATE") live.content.replaceChildren(next.content.cloneNode(true));
    } else {
      this.#children(old, next, live);
    }
  }

  #attributes(old, next, live) {
    for (const { name, value } of next.attributes) {
      if (old.getAttribute(name) === value) continue;
      if (name === "class") updateClasses(live, old.getAttribute(name), value);
      else live.setAttribute(name, value);
    }
    // Scripts may have set attributes on <html> before this ran, so the first known page contains them.
    if (this.#isFirst && next.nodeName === "HTML") return;
    for (const { name, value } of [...old.attributes]) {
      if (next.hasAttribute(name)) continue;
      if (name === "class") updateClasses(live, value, "");
      else live.removeAttribute(name);
    }
  }

  #children(old, next, live) {
    const pairs = align([...old.childNodes], [...next.childNodes], (node) => this.#key(node));
    // Go from the end, so that the next sibling is in place when a new node is inserted before it.
    let after = null;
    const elements = this.changes.elements;
    const found = [];
    for (const [before, now] of pairs.reverse()) {
      this.changes.elements = [];
      if (before && now) this.#both(before, now);
      else if (now) this.#insert(now, live, after);
      else this.#remove(before, live, after);
      found.unshift(...this.changes.elements);
      if (now) after = this.#childOf(now, live) ?? after;
    }
    elements.push(...found);
    this.changes.elements = elements;
  }

  #both(before, now) {
    const live = this.#live.get(before);
    if (!live) return;
    if (this.#key(before) === this.#key(now)) return this.#same(before, now, live);
    if (now.nodeType === TEXT) {
      this.#live.set(now, live);
      live.data = now.data;
      if (now.data.trim() || before.data.trim()) this.#changed(live.parentElement);
    } else if (now.nodeType === ELEMENT && isRunning(now)) {
      this.changes.mustReload ||= !isOwn(now);
      this.#element(before, now, live);
    } else if (isStyle(now) && isStyle(before) && before.getAttribute("href") !== now.getAttribute("href")) {
      this.#map(now, this.#style(now, live));
    } else if (now.nodeType === ELEMENT) {
      const many = this.changes.elements.length;
      this.#element(before, now, live);
      if (this.changes.elements.length === many) this.#changed(live);
    }
  }

  // Only record the new node and update its line numbers.
  #same(before, now, live) {
    this.#live.set(now, live);
    if (now.nodeType !== ELEMENT) return;
    const line = now.getAttribute(LINE);
    if (before.getAttribute(LINE) !== line) line === null ? live.removeAttribute(LINE) : live.setAttribute(LINE, line);
    if (isOpaque(now)) return;
    const children = before.childNodes;
    now.childNodes.forEach((child, at) => {
      const known = this.#live.get(children[at]);
      if (known) this.#same(children[at], child, known);
    });
  }

  #insert(now, parent, after) {
    const live = document.importNode(now, true);
    this.#map(now, live);
    if (now.nodeType === ELEMENT && (isRunning(now) || [...now.querySelectorAll("script")].some(isRunning))) this.changes.mustReload = true;
    parent.insertBefore(live, after);
    if (isStyle(now)) this.changes.styles.push(loaded(live));
    if (now.nodeType === ELEMENT) this.#changed(live);
  }

  #remove(before, parent, after) {
    const live = this.#live.get(before);
    if (!live) return;
    if (isStyle(before)) return void Promise.all(this.changes.styles).then(() => live.remove());
    const around = this.#childOf(before, parent);
    live.remove();
    // Also remove what a script wrapped around it, unless that contains other parts of the page.
    if (around && around !== live && ![...around.querySelectorAll("*")].some((element) => this.#known.has(element))) around.remove();
    if (before.nodeType === ELEMENT) this.#changed(after?.nodeType === ELEMENT ? after : after?.nextElementSibling ?? parent);
  }

  // Load the new style sheet before removing the old one, so that the page is never without styles.
  #style(now, old) {
    const live = document.importNode(now, true);
    const whole = loaded(live);
    this.changes.styles.push(whole);
    old.after(live);
    whole.then(() => old.remove());
    return live;
  }

  #map(now, live) {
    this.#pair(now, live);
  }

  // The child of `parent` that is or contains the node.
  #childOf(node, parent) {
    let live = this.#live.get(node);
    while (live && live.parentNode !== parent) live = live.parentNode;
    return live;
  }

  #changed(element) {
    if (element) this.changes.elements.push(element);
  }
}

// Pairs of old and new children: both if they are equal or one became the other, only one if it was added or removed.
function align(old, next, key) {
  let start = 0, oldEnd = old.length, nextEnd = next.length;
  while (start < oldEnd && start < nextEnd && key(old[start]) === key(next[start])) start++;
  while (oldEnd > start && nextEnd > start && key(old[oldEnd - 1]) === key(next[nextEnd - 1])) { oldEnd--; nextEnd--; }
  const pairs = [];
  for (let at = 0; at < start; at++) pairs.push([old[at], next[at]]);
  pairs.push(...middle(old.slice(start, oldEnd), next.slice(start, nextEnd), key));
  for (let at = 0; oldEnd + at < old.length; at++) pairs.push([old[oldEnd + at], next[nextEnd + at]]);
  return pairs;
}

// Keeps the longest common subsequence. Between equal nodes, nodes with the same name become each other.
function middle(old, next, key) {
  const width = next.length + 1;
  if (old.length * next.length > PAIRS_MAX) return become(old, next);
  const length = new Uint32Array((old.length + 1) * width);
  for (let a = old.length - 1; a >= 0; a--) {
    for (let b = next.length - 1; b >= 0; b--) {
      length[a * width + b] = key(old[a]) === key(next[b]) ? length[(a + 1) * width + b + 1] + 1 : Math.max(length[(a + 1) * width + b], length[a * width + b + 1]);
    }
  }
  const pairs = [];
  let a = 0, b = 0, lastA = 0, lastB = 0;
  while (a < old.length && b < next.length) {
    if (key(old[a]) === key(next[b])) {
      pairs.push(...become(old.slice(lastA, a), next.slice(lastB, b)), [old[a++], next[b++]]);
      lastA = a; lastB = b;
    } else if (length[(a + 1) * width + b] >= length[a * width + b + 1]) a++;
    else b++;
  }
  pairs.push(...become(old.slice(lastA), next.slice(lastB)));
  return pairs;
}

function become(old, next) {
  const pairs = [];
  let from = 0;
  for (const now of next) {
    const at = old.findIndex((before, at) => at >= from && before.nodeName === now.nodeName);
    if (at < 0) { pairs.push([null, now]); continue; }
    for (; from < at; from++) pairs.push([old[from], null]);
    pairs.push([old[from++], now]);
  }
  for (; from < old.length; from++) pairs.push([old[from], null]);
  return pairs;
}

// Adds and removes classes that differ. Classes that scripts added stay.
function updateClasses(live, old, next) {
  const split = (text) => (text ?? "").split(/\s+/).filter(Boolean);
  const [before, now] = [split(old), split(next)];
  live.classList.remove(...before.filter((word) => !now.includes(word)));
  live.classList.add(...now.filter((word) => !before.includes(word)));
}

const isOpaque = (node) => node.nodeName === "TEMPLATE" || node.nodeName === "NOSCRIPT";
const isOwn = (node) => node.hasAttribute("data-hash");
const isStyle = (node) => node.nodeName === "LINK" && node.rel === "stylesheet";
const isRunning = (node) => node.nodeName === "SCRIPT" && !/json|x-template|text\/plain/.test(node.type);

export function loaded(link) {
  return new Promise((done) => {
    link.addEventListener("load", done, { once: true });
    link.addEventListener("error", done, { once: true });
    setTimeout(done, 2000);
  });
}

// A 53-bit hash (cyrb53, public domain), which is enough to tell the texts of a page apart.
function hash(text) {
  let a = 0xdeadbeef, b = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return `#${4294967296 * (2097151 & b) + (a >>> 0)}`;
}
