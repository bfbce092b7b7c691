// Another engine of the form of wasi.js, for a fork that prefers Pyodide: `make book RUN=folder`, where
// the folder holds Pyodide and, named in its pyodide-lock.json, NumPy. It needs a server.
const ENGINE = (() => {
  let python, written = [];

  async function boot(given) {
    importScripts(`${given.url}pyodide.js`);
    python = await loadPyodide({ indexURL: given.url });
    await python.loadPackage("numpy");
    const batched = (line) => { written.push(line); };
    python.setStdout({ batched });
    python.setStderr({ batched });
    python.FS.writeFile("/course.zip", given.course);
    return null; // the browser has the files
  }

  function run(source) {
    written = [];
    python.runPython(source);
    return written.join("\n");
  }

  return { boot, run };
})();
