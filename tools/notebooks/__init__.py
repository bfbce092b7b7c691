"""Run the notebooks, compare their outputs, say what is wrong with one."""
