// node site/pack.mjs PYODIDE: the jobs come on standard input, as a list of {source, target, keep_sources, empty}.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const { loadPyodide } = await import(pathToFileURL(join(resolve(process.argv[2]), "pyodide.mjs")));
const python = await loadPyodide();
python.runPython(readFileSync(join(dirname(fileURLToPath(import.meta.url)), "pack.py"), "utf8"));
python.FS.mkdir("/disk");
python.mountNodeFS("/disk", "/");
const pack = python.globals.get("pack");
for (const { source, target, ...how } of JSON.parse(readFileSync(0, "utf8")))
  pack.callKwargs("/disk" + source, "/disk" + target, how);
