// The worker: one Python, whatever its engine, and the answers to the page's messages.
const BEGIN = 'import sys; sys.path.insert(0, "/course.zip/course"); import judge';

onmessage = async ({ data }) => {
  try {
    if (data.boot) {
      const made = await ENGINE.boot(data.boot, (read) => postMessage({ read }));
      ENGINE.run(BEGIN);
      postMessage({ made });
    } else {
      const said = ENGINE.run(`judge.answer(${JSON.stringify(JSON.stringify(data.run))})`);
      postMessage({ answer: JSON.parse(said.trimEnd().split("\n").at(-1)) });
    }
  } catch (error) {
    postMessage({ lost: String(error) });
  }
};
