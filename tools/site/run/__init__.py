"""Exercises that are solved in the page, with no installation and no other host:

pages       what a page has before a click, and the files that a click loads
engines     the files of an engine: this Python, or a folder with Pyodide
python      CPython with NumPy for WebAssembly, packed into one file
judge.py    runs in it: one answer, judged by lessons_kit.exercises
wasi.js     the engine: it boots this Python, and runs a text
pyodide.js  another engine of the same form, for a fork that prefers Pyodide
worker.js   the worker around an engine
begin.js    in the page: what waits for the click
page.js     editor, buttons, verdict, and what the browser keeps
vendor/     what the engine stands on, from npm: package-lock.json has the hashes
"""
