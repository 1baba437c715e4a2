"""Runs in Pyodide: wheels and the standard library, trimmed and compiled to bytecode. `pack.mjs` starts it.

Without it each visit would compile 1,500 files in the reader's browser, which takes longer than all the rest.
"""

import fnmatch
import importlib.util
import marshal
import zipfile

# Files that no page needs: tests, what only compilers read, sample data, fonts of formats that are not drawn here.
NEEDLESS = (
    *("*/tests/*", "*/testing/tests/*", "*.pyi", "*.pxd", "*.pyx", "*.h", "*.c", "*.a", "*.f90", "*.lib", "*.js.map"),
    *("numpy/f2py/*", "numpy/typing/*", "numpy/_pyinstaller/*", "matplotlib/mpl-data/sample_data/*"),
    *("matplotlib/mpl-data/images/*", "matplotlib/mpl-data/fonts/afm/*", "matplotlib/mpl-data/fonts/pdfcorefonts/*"),
    *("*/ttf/DejaVuSerif*", "*/ttf/DejaVuSansMono-*", "*/ttf/DejaVuSans-BoldOblique.ttf", "matplotlib/_type1font.py"),
    *(f"matplotlib/backends/*{name}*" for name in ("wx", "qt", "gtk", "tk", "webagg", "web_backend", "macosx", "pgf")),
    *(
        "mpl_toolkits/axisartist/*",
        "mpl_toolkits/axes_grid1/*",
        "bnlib/data/cats.npz",
    ),
    *("idlelib/*", "ensurepip/*", "turtledemo/*", "tkinter/*", "pydoc_data/*", "venv/*", "xmlrpc/*", "curses/*"),
    *("wsgiref/*", "dbm/*", "sqlite3/*", "turtle.py", "lib2to3/*", "test/*", "__phello__/*"),
)


def bytecode(source, name):
    """The .pyc file of a module, as the import system reads it without looking at the source."""
    code = compile(source, name, "exec", dont_inherit=True)
    flags = (0b01).to_bytes(4, "little")  # named by the hash of its source, which is not checked
    return importlib.util.MAGIC_NUMBER + flags + importlib.util.source_hash(source) + marshal.dumps(code)


def pack(source, target, *, keep_sources, empty=False):
    """Write the packed edition of one zip file. empty: of a wheel, only what says its name."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name in old.namelist():
            if any(fnmatch.fnmatch(name, pattern) for pattern in NEEDLESS) or (empty and ".dist-info/" not in name):
                continue
            content = old.read(name)
            if name.endswith(".py"):
                folder, _, file = name.rpartition("/")
                if keep_sources:
                    new.writestr(name, content)
                    cached = f"{folder}/__pycache__/{file[:-3]}.cpython-314.pyc"
                else:
                    cached = name + "c"
                name, content = cached, bytecode(content, f"/lib/python3.14/site-packages/{name}")
            new.writestr(name, content)
