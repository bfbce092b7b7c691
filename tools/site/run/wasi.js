// The engine of the worker: CPython for WASI with NumPy in it, its library and the course's as zips.
// Every engine has boot(given, progress) → what another boot may be given in place of the packed file,
// and run(source) → what Python writes. To stop is the page's: it ends the worker.
const ENGINE = (() => {
  const { ConsoleStdout, decompress, Directory, File, OpenFile, PreopenDirectory, WASI } = VENDOR;
  const LIMIT = 1e6; // bytes that one run may write
  const REFUSED = 52; // of WASI: not here
  let python, written;

  const write = (data) => {
    if (written.size < LIMIT) written.push(data.slice());
    written.size += data.length;
  };

  // The packed file as a stream.
  async function opened({ url, bytes }) {
    if (bytes) return new Blob([bytes]).stream();
    const found = await fetch(url);
    if (!found.ok) throw new Error(`${url}: ${found.status}`);
    return found.body;
  }

  // It has frames: the library, then the program, which the browser compiles while the rest arrives.
  // given: url or bytes of the file; frames, the lengths in it; library, its length when unpacked.
  async function unpack(given, progress) {
    const library = new Uint8Array(given.library);
    let filled = 0, program;
    const body = new ReadableStream({ start: (stream) => { program = stream; } });
    const headers = { "content-type": "application/wasm" };
    const compiled = WebAssembly.compileStreaming(new Response(body, { headers }));
    for await (const frame of framed(given, progress)) {
      const bytes = decompress(frame);
      const part = bytes.subarray(0, library.length - filled);
      library.set(part, filled);
      filled += part.length;
      if (part.length < bytes.length) program.enqueue(bytes.subarray(part.length));
    }
    program.close();
    return { library, module: await compiled };
  }

  async function* framed(given, progress) {
    const reader = (await opened(given)).getReader();
    let rest = new Uint8Array(0), read = 0;
    for (const length of given.frames) {
      const frame = new Uint8Array(length);
      for (let at = 0; at < length;) {
        if (!rest.length) {
          const { done, value } = await reader.read();
          if (done) throw new Error("the file of Python is too short");
          rest = value;
          progress(read += value.length);
        }
        const part = rest.subarray(0, length - at);
        frame.set(part, at);
        at += part.length;
        rest = rest.subarray(part.length);
      }
      yield frame;
    }
  }

  const folder = (entries) => new Directory(new Map(Object.entries(entries)));
  const file = (bytes) => new File(bytes, { readonly: true });

  async function boot(given, progress) {
    const { library, module } = given.made || await unpack(given, progress);
    const root = {
      usr: folder({ local: folder({ bin: folder({}), lib: folder({ "python315.zip": file(library) }) }) }),
      home: folder({}), tmp: folder({}), "course.zip": file(given.course),
    };
    const wasi = new WASI(
      ["/usr/local/bin/python.wasm"], ["PYTHONDONTWRITEBYTECODE=1", "HOME=/home"],
      [new OpenFile(file(new Uint8Array(0))), new ConsoleStdout(write), new ConsoleStdout(write),
        new PreopenDirectory("/", new Map(Object.entries(root)))],
      { debug: false });
    const lacking = { get: (has, name) => has[name] || (() => REFUSED) };
    const instance = await WebAssembly.instantiate(module, {
      wasi_snapshot_preview1: new Proxy(wasi.wasiImport, lacking),
      host: { call: () => -1 },
    });
    written = Object.assign([], { size: 0 });
    wasi.initialize(instance);
    python = instance.exports;
    return { library, module };
  }

  function run(source) {
    const bytes = new TextEncoder().encode(source);
    const at = python.host_alloc(bytes.length) >>> 0;
    new Uint8Array(python.memory.buffer).set(bytes, at);
    written = Object.assign([], { size: 0 });
    const left = python.turn(at, bytes.length);
    if (left > 255) throw new Error("Python has ended.");
    const text = new TextDecoder();
    return written.map((part) => text.decode(part, { stream: true })).join("");
  }

  return { boot, run };
})();
