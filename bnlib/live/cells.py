"""A cell of a notebook that is run again: what its earlier run built is closed."""

import builtins

CELLS = {}  # cell -> its last run, and the explorers built in that


def replace_earlier_run(explorer):
    """Close what an earlier run of the same notebook cell built. Where no cell can be told, nothing is closed."""
    shell = getattr(builtins, "get_ipython", lambda: None)()
    asked = shell if hasattr(shell, "get_parent") else getattr(shell, "kernel", None)  # Pyodide's shell has it there
    parent = asked.get_parent() if hasattr(asked, "get_parent") else {}
    cell, run = parent.get("metadata", {}).get("cellId"), parent.get("header", {}).get("msg_id")
    if cell is None:
        return
    last, explorers = CELLS.get(cell, (None, []))
    if last != run:
        for old in explorers:
            old.close()
        explorers = []
    CELLS[cell] = run, [*explorers, explorer]
