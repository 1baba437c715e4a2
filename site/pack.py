"""Runs in Pyodide: wheels and the standard library, trimmed and compiled to bytecode. `pack.mjs` starts it.

Without it each visit would compile 1,500 files in the reader's browser, which takes longer than all the rest.
"""

import fnmatch
import importlib.util
import marshal
import re
import zipfile

# What neither a page nor the lab needs: tests, what only compilers and installers read, formats that nothing here draws
# or reads, and in the standard library what no Python in a browser can do, such as processes, servers and mail.
# For each folder the names in it; the first is any folder.
UNNEEDED = {
    "*": "/tests/* /testing/tests/* .pyi .pxd .pyx .h .c .a .f90 .lib .js.map .dist-info/RECORD",
    "numpy/": "f2py/* typing/* _pyinstaller/* conftest.py _core/*_tests.*.so linalg/lapack_lite.*.so",
    "matplotlib/": "testing/* sphinxext/* _type1font.py mpl-data/sample_data/* mpl-data/images/*",
    "matplotlib/backends/": "*wx* *qt* *gtk* *tk* *webagg* *web_backend* *macosx* *pgf* *cairo* *nbagg* *pdf* *_ps.py",
    "matplotlib/mpl-data/fonts/": "afm/* pdfcorefonts/*",
    # What stays has a plain letter for each of these: matplotlib takes it, and says nothing.
    "matplotlib/mpl-data/fonts/ttf/": "DejaVuSerif* DejaVuSansMono-* DejaVuSans-BoldOblique* STIX*Bol*",
    "mpl_toolkits/": "axisartist/* axes_grid1/*",
    "PIL/": "[ACDEFHMQSX]*ImagePlugin.py Blp* Bufr* Gbr* Grib* Icns* Im[!a]* Iptc* Jpeg2K* Palm* Pc[dx]* Pdf* Pixar* "
    "Psd* Tga* Wmf* *FontFile.py ImageCms.py ImageDraw2.py ImageGrab.py ImageQt.py ImageTk.py ImageWin.py PSDraw.py",
    "bnlib/": "data/cats.npz",
    "": "curses/* dbm/* ensurepip/* idlelib/* lib2to3/* multiprocessing/* pydoc_data/* sqlite3/* test/* tkinter/* "
    "turtledemo/* venv/* wsgiref/* xmlrpc/* __phello__/* http/server.py concurrent/futures/process.py "
    "_pydatetime.py _pyio.py antigravity.py ftplib.py imaplib.py mailbox.py modulefinder.py pickletools.py poplib.py "
    "smtplib.py tabnanny.py turtle.py zipapp.py",
    "_pyrepl/": "*console.py *reader.py *eventqueue.py terminfo.py readline.py main.py simple_interact.py commands.py",
    "asyncio/": "windows* proactor_events.py __main__.py",
    "ctypes/": "_aix.py wintypes.py macholib/*",
    "encodings/": "cp0* cp424.py cp[5-8]* cp9* cp10* cp11* mac_* palmos.py ptcp154.py hp_roman8.py kz1048.py",
}
NEEDLESS = re.compile(
    "|".join(fnmatch.translate(folder + name) for folder, names in UNNEEDED.items() for name in names.split())
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
            if NEEDLESS.match(name) or (empty and ".dist-info/" not in name):
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
