"""The browser's part of the waterfall: the tree of a trace, of which only what is seen is drawn.

Everything that came from a trace gets onto the page by `textContent`, so none of it is ever HTML.
The keys are those of a tree (arrows, Home, End, Enter), and letters go to a name that has them.
"""

# Keeps the tree for the component that draws it. What it is given stays the same from click to
# click, so Streamlit does not send it again.
KEEPER_JS = """
export default function ({ data }) {
  const kept = window.reviewAppTraces ??= new Map();
  kept.delete(data.digest);
  kept.set(data.digest, JSON.parse(data.packed));
  // Two can be looked at in turn; more would only take room.
  if (kept.size > 2) kept.delete(kept.keys().next().value);
  document.dispatchEvent(new CustomEvent("review-app-trace"));
}
"""
JS = """
const HEIGHT = 30, AROUND = 8, MANY = 300, STEP = 12;
const COLOURS = { LLM: "violet", CHAT_MODEL: "violet", EMBEDDING: "blue", RETRIEVER: "green",
  RERANKER: "green", TOOL: "orange", AGENT: "red", PARSER: "blue", CHAIN: "gray" };

function make(kind, className, text) {
  const found = document.createElement(kind);
  found.className = className;
  if (text !== undefined) found.textContent = text;
  return found;
}
function lasting(micros) {
  if (micros >= 60e6) return `${(micros / 60e6).toFixed(1)} min`;
  if (micros >= 1e6) return `${(micros / 1e6).toFixed(2)} s`;
  return micros >= 1e3 ? `${Math.round(micros / 1e3)} ms` : `${micros} µs`;
}

class Tree {
  constructor(parent, packed) {
    Object.assign(this, packed);
    this.total = Math.max(packed.total, 1);
    this.size = this.depths.length;
    this.critical = new Set(packed.critical);
    this.failed = new Set(packed.failed);
    this.words = this.names.map((name) => name.toLowerCase());
    this.measure();
    this.closed = new Set();
    if (this.size > MANY) this.closeBelow(1);
    this.hits = []; this.hitSet = new Set(); this.active = 0; this.chosen = -1;
    this.view = parent.querySelector(".view");
    this.rows = parent.querySelector(".all-rows");
    this.count = parent.querySelector(".count");
    this.list();
  }
  measure() {
    // Where the part below each span ends, which is above it, and its place among its like.
    const n = this.size, open = [], places = [0];
    this.ends = new Int32Array(n).fill(n); this.above = new Int32Array(n).fill(-1);
    this.place = new Int32Array(n); this.among = [];
    const counts = new Int32Array(n + 1);
    for (let i = 0; i < n; i++) {
      while (open.length > this.depths[i]) this.ends[open.pop()] = i;
      this.above[i] = open.length ? open[open.length - 1] : -1;
      this.place[i] = ++counts[this.above[i] + 1];
      open.push(i);
    }
    this.among = counts;
  }
  hasBelow(i) { return this.ends[i] > i + 1; }
  closeBelow(depth) {
    for (let i = 0; i < this.size; i++)
      if (this.depths[i] >= depth && this.hasBelow(i)) this.closed.add(i);
  }
  list() {
    const seen = [];
    for (let i = 0; i < this.size; i = this.closed.has(i) ? this.ends[i] : i + 1) seen.push(i);
    this.seen = seen;
    this.rows.style.height = `${seen.length * HEIGHT}px`;
    this.view.style.height = `${seen.length * HEIGHT + 2}px`;
    this.draw();
  }
  // `seen` is in order, so a span's row is found by halving.
  rowOf(i) {
    let low = 0, high = this.seen.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.seen[middle] <= i) low = middle; else high = middle - 1;
    }
    return low;
  }
  draw() {
    const top = this.view.scrollTop, room = this.view.clientHeight || 464;
    const first = Math.max(0, Math.floor(top / HEIGHT) - AROUND);
    const last = Math.min(this.seen.length, Math.ceil((top + room) / HEIGHT) + AROUND);
    const drawn = document.createDocumentFragment();
    let active = "";
    for (let row = first; row < last; row++) {
      drawn.append(this.row(this.seen[row], row));
      if (this.seen[row] === this.active) active = `s${this.active}`;
    }
    this.rows.replaceChildren(drawn);
    if (active) this.view.setAttribute("aria-activedescendant", active);
    else this.view.removeAttribute("aria-activedescendant");
  }
  row(i, at) {
    const kind = this.kinds[this.kind[i]], name = this.names[this.name[i]] || "(no name)";
    const below = this.hasBelow(i), open = !this.closed.has(i);
    const isFailed = this.failed.has(i), isCritical = this.critical.has(i);
    const row = make("div", "row");
    row.id = `s${i}`; row.dataset.span = i; row.style.top = `${at * HEIGHT}px`;
    row.classList.toggle("active", i === this.active);
    row.classList.toggle("hit", this.hitSet.has(i));
    row.classList.toggle("critical", isCritical);
    row.classList.toggle("failed", isFailed);
    row.style.setProperty("--kind", `var(--st-${COLOURS[kind] || "gray"}-color)`);
    const word = kind.toLowerCase().replaceAll("_", " ");
    const said = [name, word, lasting(this.took[i])];
    if (isFailed) said.push("failed");
    if (isCritical) said.push("on the critical path");
    const noted = this.noted[i];
    if (noted) said.push(noted);
    const about = { role: "treeitem", "aria-level": this.depths[i] + 1, "aria-label":
      said.join(", "), "aria-selected": i === this.chosen, "aria-posinset": this.place[i],
      "aria-setsize": this.among[this.above[i] + 1] };
    if (below) about["aria-expanded"] = open;
    for (const [key, value] of Object.entries(about)) row.setAttribute(key, value);
    row.title = said.join(", ");
    const left = make("span", "name");
    left.style.paddingLeft = `${Math.min(this.depths[i], 24) * STEP}px`;
    const badge = make("span", "kind");
    badge.append(make("span", "letter", kind[0]), make("span", "word", word));
    left.append(make("span", "twist", below ? (open ? "▾" : "▸") : ""), badge);
    if (isFailed) left.append(make("span", "mark", "✕"));
    if (isCritical) left.append(make("span", "mark", "◆"));
    left.append(make("span", "label", name));
    if (noted) left.append(make("span", "noted", noted));
    const track = make("span", "track"), bar = make("span", "bar");
    bar.style.left = `${Math.min(99.5, 100 * this.start[i] / this.total)}%`;
    bar.style.width = `${Math.min(100, 100 * this.took[i] / this.total)}%`;
    track.append(bar);
    row.append(left, track, make("span", "took", lasting(this.took[i])));
    return row;
  }
  show(i) {
    // Everything above it is opened, and it is brought into sight.
    let changed = false;
    for (let up = this.above[i]; up >= 0; up = this.above[up])
      changed = this.closed.delete(up) || changed;
    if (changed) this.list();
    const top = this.rowOf(i) * HEIGHT, room = this.view.clientHeight;
    if (top < this.view.scrollTop) this.view.scrollTop = top;
    else if (top + HEIGHT > this.view.scrollTop + room)
      this.view.scrollTop = top + HEIGHT - room + (room > 120 ? 60 : 0);
  }
  go(i) {
    if (i < 0 || i >= this.size) return;
    this.active = i;
    this.show(i);
    this.draw();
  }
  turn(i, open) {
    if (!this.hasBelow(i)) return;
    if (open) this.closed.delete(i); else this.closed.add(i);
    this.list();
  }
  mark(hits) {
    this.hits = hits; this.hitSet = new Set(hits);
    this.draw();
  }
  tell(text) { this.count.textContent = text; }
  byName(text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) { this.mark([]); this.tell(""); return; }
    const words = this.words.map((word) => word.includes(wanted)), hits = [];
    for (let i = 0; i < this.size; i++) if (words[this.name[i]]) hits.push(i);
    this.found(hits);
  }
  found(hits) {
    this.mark(hits);
    this.tell(hits.length ? `${hits.length.toLocaleString("en")} found` : "None found");
    if (hits.length) this.go(hits.find((i) => i >= this.active) ?? hits[0]);
  }
  // The next of a sorted list after where we are, or the one before; round and round.
  step(list, back) {
    if (!list.length) return;
    const next = back ? list.findLast((i) => i < this.active) ?? list[list.length - 1]
      : list.find((i) => i > this.active) ?? list[0];
    this.go(next);
    const number = list.indexOf(next) + 1;
    this.tell(`${number.toLocaleString("en")} of ${list.length.toLocaleString("en")}`);
  }
}

function onKey(event, tree, choose) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = tree.rowOf(tree.active), i = tree.active, seen = tree.seen;
  const page = Math.max(1, Math.floor(tree.view.clientHeight / HEIGHT) - 1);
  const isOpen = tree.hasBelow(i) && !tree.closed.has(i);
  const moves = {
    ArrowDown: () => tree.go(seen[Math.min(at + 1, seen.length - 1)]),
    ArrowUp: () => tree.go(seen[Math.max(at - 1, 0)]),
    PageDown: () => tree.go(seen[Math.min(at + page, seen.length - 1)]),
    PageUp: () => tree.go(seen[Math.max(at - page, 0)]),
    Home: () => tree.go(seen[0]),
    End: () => tree.go(seen[seen.length - 1]),
    ArrowRight: () => isOpen ? tree.go(i + 1) : tree.turn(i, true),
    ArrowLeft: () => isOpen ? tree.turn(i, false) : tree.go(tree.above[i]),
    Enter: () => choose(i),
    " ": () => choose(i),
  };
  const move = moves[event.key];
  if (move) move();
  else if (event.key.length === 1) typed(event.key, tree);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
function typed(key, tree) {
  const now = Date.now();
  tree.letters = now - (tree.lettersAt || 0) < 800 ? tree.letters + key : key;
  tree.lettersAt = now;
  const wanted = tree.letters.toLowerCase(), from = tree.letters.length > 1 ? 0 : 1;
  for (let k = from; k < tree.size + from; k++) {
    const i = (tree.active + k) % tree.size;
    if (tree.words[tree.name[i]].startsWith(wanted)) { tree.go(i); return; }
  }
}

export default function ({ parentElement, data, setStateValue }) {
  const view = parentElement.querySelector(".view");
  view.ears?.abort();
  const packed = window.reviewAppTraces?.get(data.digest);
  if (packed || view.tree?.digest === data.digest) {
    show(parentElement, view, packed, data, setStateValue);
    return;
  }
  // The keeper comes a moment later.
  view.ears = new AbortController();
  document.addEventListener("review-app-trace", () => {
    const arrived = window.reviewAppTraces.get(data.digest);
    if (!arrived) return;
    view.ears.abort();
    show(parentElement, view, arrived, data, setStateValue);
  }, { signal: view.ears.signal });
}
function show(parentElement, view, packed, data, setStateValue) {
  const on = (selector, what) => { parentElement.querySelector(selector).onclick = what; };
  let tree = view.tree;
  if (!tree || tree.digest !== data.digest) {
    tree = view.tree = new Tree(parentElement, packed);
    tree.digest = data.digest;
  }
  const choose = (i) => {
    tree.chosen = tree.active = i;
    tree.draw();
    setStateValue("chosen", `${data.digest}:${i}`);
  };
  if (data.chosen !== tree.told) {
    tree.told = data.chosen;
    tree.chosen = data.chosen;
    if (data.chosen >= 0) tree.go(data.chosen); else tree.draw();
  }
  const search = JSON.stringify(data.found);
  if (search !== tree.search) {
    tree.search = search;
    if (data.found) tree.found(data.found); else if (tree.hits.length) tree.byName("");
  }
  const find = parentElement.querySelector(".find");
  find.oninput = () => tree.byName(find.value);
  find.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter") tree.step(tree.hits, event.shiftKey);
    else if (event.key === "Escape") { find.value = ""; tree.byName(""); view.focus(); }
  };
  on(".next", () => tree.step(tree.hits, false));
  on(".before", () => tree.step(tree.hits, true));
  const failed = [...tree.failed].sort((a, b) => a - b);
  parentElement.querySelector(".failed").hidden = !failed.length;
  on(".failed", () => tree.step(failed, false));
  on(".all", () => { tree.closed.clear(); tree.list(); tree.show(tree.active); });
  on(".none", () => { tree.closeBelow(0); tree.active = 0; tree.list(); });
  view.onscroll = () => {
    if (tree.waits) return;
    tree.waits = true;
    requestAnimationFrame(() => { tree.waits = false; tree.draw(); });
  };
  view.onkeydown = (event) => onKey(event, tree, choose);
  view.onclick = (event) => {
    const row = event.target.closest(".row");
    if (!row) return;
    const i = Number(row.dataset.span);
    if (event.target.closest(".twist") && tree.hasBelow(i)) {
      tree.active = i;
      tree.turn(i, tree.closed.has(i));
    } else choose(i);
  };
}
"""
