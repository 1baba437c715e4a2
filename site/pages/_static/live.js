// The explorers of a page, live at a click: native controls, the picture with its text, one Python for the whole page.
// Python runs in a worker (live_worker.js), which loads bnlib and sends pictures; see live.py for what it says.

const here = new URL(".", import.meta.url);
const explorers = [];
let worker;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// The cells that show an explorer, by their own code: each such cell runs alone.
function explorerCells() {
  return [...document.querySelectorAll("div.cell")].flatMap((cell) => {
    const source = cell.querySelector(".cell_input pre")?.textContent.trim() ?? "";
    const picture = cell.querySelector(".cell_output img");
    const name = /from bnlib\.explorers import .*\b(\w+)$/m.exec(source)?.[1];
    return name && picture && source.split("\n").at(-1).startsWith(`${name}(`) ? [{ cell, source, picture }] : [];
  });
}

function startPython() {
  worker = new Worker(new URL("live_worker.js", here), { type: "module" });
  worker.onmessage = ({ data }) => explorers[data.explorer]?.[data.kind](data);
  worker.onerror = (event) => explorers.forEach((one) => one.failed({ words: event.message || "it did not load" }));
}

class Explorer {
  constructor({ cell, source, picture }) {
    Object.assign(this, { source, picture, controls: {}, number: explorers.length });
    this.button = element("button", { className: "live-start", type: "button", textContent: "Drag it: make it live" });
    this.button.onclick = () => this.start();
    this.progress = element("p", { className: "live-progress" });
    this.progress.setAttribute("role", "status");
    this.box = element("div", { className: "live" }, this.button, this.progress);
    cell.querySelector(".cell_output").before(this.box);
    this.output = cell.querySelector(".cell_output");
  }

  start() {
    this.clicked = performance.now();
    this.button.disabled = true;
    if (!worker) startPython();
    this.loading({ words: "waiting for Python" });
    worker.postMessage({ explorer: this.number, kind: "build", source: this.source });
  }

  loading({ words, done, all }) {
    this.progress.textContent = `${words[0].toUpperCase()}${words.slice(1)} …`;
    if (all) this.progress.append(element("progress", { value: done, max: all, ariaLabel: words }));
  }

  failed({ words }) {
    this.progress.textContent = `This explorer cannot run here: ${words}`;
    this.button.disabled = false;
  }

  // The first message of a built explorer: its controls and buttons.
  built({ controls, buttons }) {
    const form = element("form", { className: "live-controls" });
    form.onsubmit = (event) => event.preventDefault();
    for (const control of controls) form.append(this.control(control));
    const row = element("div", { className: "live-buttons" });
    this.buttons = buttons.map((button, index) => {
      const made = element("button", { type: "button" });
      made.onclick = () => this.send({ kind: "press", index });
      return made;
    });
    row.append(...this.buttons);
    this.status = element("span", { className: "live-status" });
    row.append(this.status);
    this.shown = element("div", { className: "live-pictures" });
    this.caption = element("p", { className: "live-caption" });
    this.box.replaceChildren(form, row, this.shown, this.caption);
    this.output.hidden = true;
  }

  control({ name, words, kind, min, max, step, options }) {
    const id = `live-${this.number}-${name}`;
    const label = element("label", { htmlFor: id, textContent: words });
    let input;
    if (kind === "choice") {
      input = element("select", { id }, ...options.map((text, index) => element("option", { value: index, textContent: text })));
      input.onchange = () => this.send({ kind: "move", name, value: Number(input.value) });
    } else if (kind === "check") {
      input = element("input", { id, type: "checkbox" });
      input.onchange = () => this.send({ kind: "move", name, value: input.checked });
    } else {
      input = element("input", { id, type: "range", min, max, step });
      input.oninput = () => this.send({ kind: "move", name, value: Number(input.value) });
    }
    const readout = element("output", { htmlFor: id });
    this.controls[name] = { input, readout, kind };
    return element("div", { className: "live-control" }, label, input, readout);
  }

  // One message of a control under way; after it the newest one, so that nothing piles up.
  send(message) {
    if (this.busy) this.next = { ...this.next, [message.name ?? "press"]: message };
    else this.post(message);
  }

  post(message) {
    this.busy = true;
    worker.postMessage({ explorer: this.number, sent: performance.now(), ...message });
  }

  answered({ sent }) {
    this.busy = false;
    const [first, ...later] = Object.values(this.next ?? {});
    this.next = Object.fromEntries(later.map((message) => [message.name ?? "press", message]));
    if (first) this.post(first);
    else this.show(this.state);
    this.painted().then(() => {
      this.box.dataset.milliseconds = performance.now() - sent;
      this.box.dataset.answered = Number(this.box.dataset.answered ?? 0) + 1;
    });
  }

  async painted() {
    await Promise.all([...this.shown.children].map((image) => image.decode().catch(() => {})));
    await new Promise(requestAnimationFrame);
  }

  drawn({ pictures, caption, state, ...words }) {
    pictures.forEach(({ png, width, height }, index) => {
      let image = this.shown.children[index];
      if (!image) this.shown.append((image = element("img", { width, height })));
      const old = image.src;
      image.src = URL.createObjectURL(new Blob([png], { type: "image/png" }));
      image.alt = caption;
      if (old) URL.revokeObjectURL(old);
    });
    this.caption.textContent = caption;
    this.said(words);
    if (!this.box.dataset.seconds)
      this.painted().then(() => (this.box.dataset.seconds = (performance.now() - this.clicked) / 1000));
    this.box.dataset.drawn = Number(this.box.dataset.drawn ?? 0) + 1;
    this.state = state;
    if (!this.busy) this.show(state);
    else for (const [name, { said }] of Object.entries(state)) this.controls[name].readout.textContent = said;
  }

  said({ labels, status }) {
    this.status.textContent = status;
    this.buttons.forEach((button, index) => (button.textContent = labels[index]));
  }

  // The controls follow the state of the model; not while a hand moves one.
  show(state) {
    for (const [name, { place, said }] of Object.entries(state ?? {})) {
      const { input, readout, kind } = this.controls[name];
      if (kind === "check") input.checked = place;
      else input.value = place;
      if (kind === "slider") input.setAttribute("aria-valuetext", said);
      readout.textContent = said;
    }
  }
}

for (const found of explorerCells()) explorers.push(new Explorer(found));

// The second visit needs no network: see sw.js.
if ("serviceWorker" in navigator && window.isSecureContext) {
  await navigator.serviceWorker.register(new URL("../sw.js", here));
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  active.postMessage([location.href.split("#")[0], ...loaded.filter((name) => name.startsWith(location.origin))]);
}
