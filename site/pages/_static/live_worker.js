// The Python of a page: Pyodide, bnlib and live.py, loaded at the first click.

const here = new URL(".", import.meta.url);
const plainFetch = self.fetch;
let ready;

// Count what comes in. all: the bytes of everything, where they are known.
function countBytes(tell, all) {
  let done = 0;
  self.fetch = async (...request) => {
    const answer = await plainFetch(...request);
    const counted = answer.body.pipeThrough(
      new TransformStream({
        transform(chunk, stream) {
          tell("loading Python", (done += chunk.length), all);
          stream.enqueue(chunk);
        },
      }),
    );
    return new Response(counted, { status: answer.status, headers: answer.headers });
  };
}

async function load(tell) {
  const { runtime, bytes } = await (await fetch(new URL("runtime.json", here))).json();
  const folder = new URL(runtime, new URL("..", here)).href;
  const program = plainFetch(new URL("live.py", here)).then((answer) => answer.text());
  countBytes(tell, bytes);
  const { loadPyodide } = await import(`${folder}pyodide.mjs`);
  const lockFileURL = new URL("../pyodide/pyodide-lock.json", here).href;
  const python = await loadPyodide({ indexURL: folder, lockFileURL, packages: ["bnlib"] });
  self.fetch = plainFetch;
  tell("starting Python");
  python.runPython(await program);
  return python;
}

self.onmessage = async ({ data }) => {
  const post = (message) => self.postMessage({ explorer: data.explorer, ...message });
  try {
    ready ??= load((words, done, all) => post({ kind: "loading", words, done, all }));
    const python = await ready;
    if (data.kind === "build") post({ kind: "loading", words: "drawing" });
    const handle = python.globals.get("handle");
    handle(data, (kind, message) => post({ kind, ...message.toJs({ dict_converter: Object.fromEntries }) }));
    if (data.kind !== "build") post({ kind: "answered", sent: data.sent });
  } catch (error) {
    post({ kind: "failed", words: error.message.trim().split("\n").at(-1) });
  }
};
